#pragma once

#include <stddef.h>
#include <stdint.h>

// A thin shim over vectorscan: one automaton of literals, scanned as streams. What fails returns a null pointer or -1.

typedef struct bailey_automaton bailey_automaton;
typedef struct bailey_automaton_scratch bailey_automaton_scratch;
typedef struct bailey_automaton_stream bailey_automaton_stream;

// Where a literal ended: its number, and the offset in the stream behind its last byte.
typedef struct {
  uint64_t end;
  uint32_t literal;
} bailey_automaton_hit;

// Compiles `count` literals that lie one after the other in `bytes`; those with a non-zero `caseless` match in either case.
bailey_automaton *bailey_automaton_new(const char *bytes, const size_t *lengths, const uint8_t *caseless, unsigned count);
void bailey_automaton_free(bailey_automaton *automaton);

// Bytes of state that every open stream needs.
size_t bailey_automaton_stream_size(const bailey_automaton *automaton);

// What a scan needs besides the stream. One scan at a time may use it.
bailey_automaton_scratch *bailey_automaton_scratch_new(const bailey_automaton *automaton);
void bailey_automaton_scratch_free(bailey_automaton_scratch *scratch);

bailey_automaton_stream *bailey_automaton_open(const bailey_automaton *automaton);
bailey_automaton_stream *bailey_automaton_copy(const bailey_automaton_stream *stream);
void bailey_automaton_close(bailey_automaton_stream *stream);

// Reads on; the number of hits, which stand in `*hits` until the next scan with this scratch, or -1.
int64_t bailey_automaton_scan(bailey_automaton_stream *stream, const uint8_t *bytes, size_t length,
                              bailey_automaton_scratch *scratch, const bailey_automaton_hit **hits);
