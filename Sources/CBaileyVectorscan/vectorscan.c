#include "bailey_vectorscan.h"

#include <hs/hs.h>
#include <stdlib.h>

struct bailey_automaton_scratch {
  hs_scratch_t *scratch;
  bailey_automaton_hit *hits;
  size_t count;
  size_t room;
};

static hs_database_t *database(const bailey_automaton *automaton) { return (hs_database_t *)automaton; }

static hs_stream_t *state(const bailey_automaton_stream *stream) { return (hs_stream_t *)stream; }

bailey_automaton *bailey_automaton_new(const char *bytes, const size_t *lengths, const uint8_t *caseless, unsigned count) {
  const char **starts = calloc(count + 1, sizeof *starts);
  unsigned *flags = calloc(count + 1, sizeof *flags);
  unsigned *ids = calloc(count + 1, sizeof *ids);
  hs_database_t *made = NULL;
  hs_compile_error_t *error = NULL;
  if (starts && flags && ids) {
    size_t at = 0;
    for (unsigned i = 0; i < count; i++) {
      starts[i] = bytes + at;
      at += lengths[i];
      flags[i] = caseless[i] ? HS_FLAG_CASELESS : 0;
      ids[i] = i;
    }
    if (hs_compile_lit_multi(starts, flags, ids, lengths, count, HS_MODE_STREAM, NULL, &made, &error) != HS_SUCCESS) {
      hs_free_compile_error(error);
      made = NULL;
    }
  }
  free(starts);
  free(flags);
  free(ids);
  return (bailey_automaton *)made;
}

void bailey_automaton_free(bailey_automaton *automaton) { hs_free_database(database(automaton)); }

size_t bailey_automaton_stream_size(const bailey_automaton *automaton) {
  size_t size = 0;
  return hs_stream_size(database(automaton), &size) == HS_SUCCESS ? size : 0;
}

bailey_automaton_scratch *bailey_automaton_scratch_new(const bailey_automaton *automaton) {
  bailey_automaton_scratch *made = calloc(1, sizeof *made);
  if (!made) return NULL;
  if (hs_alloc_scratch(database(automaton), &made->scratch) == HS_SUCCESS) return made;
  free(made);
  return NULL;
}

void bailey_automaton_scratch_free(bailey_automaton_scratch *scratch) {
  hs_free_scratch(scratch->scratch);
  free(scratch->hits);
  free(scratch);
}

bailey_automaton_stream *bailey_automaton_open(const bailey_automaton *automaton) {
  hs_stream_t *made = NULL;
  return hs_open_stream(database(automaton), 0, &made) == HS_SUCCESS ? (bailey_automaton_stream *)made : NULL;
}

bailey_automaton_stream *bailey_automaton_copy(const bailey_automaton_stream *stream) {
  hs_stream_t *made = NULL;
  return hs_copy_stream(&made, state(stream)) == HS_SUCCESS ? (bailey_automaton_stream *)made : NULL;
}

void bailey_automaton_close(bailey_automaton_stream *stream) { hs_close_stream(state(stream), NULL, NULL, NULL); }

// Keeps a hit; what does not fit in memory ends the scan with an error, never in silence.
static int keep(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context) {
  (void)from;
  (void)flags;
  bailey_automaton_scratch *scratch = context;
  if (scratch->count == scratch->room) {
    size_t room = scratch->room ? scratch->room * 2 : 256;
    bailey_automaton_hit *grown = realloc(scratch->hits, room * sizeof *grown);
    if (!grown) return 1;
    scratch->hits = grown;
    scratch->room = room;
  }
  scratch->hits[scratch->count++] = (bailey_automaton_hit){.end = to, .literal = id};
  return 0;
}

int64_t bailey_automaton_scan(bailey_automaton_stream *stream, const uint8_t *bytes, size_t length,
                              bailey_automaton_scratch *scratch, const bailey_automaton_hit **hits) {
  scratch->count = 0;
  *hits = NULL;
  if (length > UINT32_MAX) return -1;
  hs_error_t status =
      hs_scan_stream(state(stream), (const char *)bytes, (unsigned)length, 0, scratch->scratch, keep, scratch);
  *hits = scratch->hits;
  return status == HS_SUCCESS ? (int64_t)scratch->count : -1;
}
