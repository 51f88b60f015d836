#include "bailey_re2.h"

#include <re2/re2.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <vector>

struct bailey_re2 {
  explicit bailey_re2(re2::StringPiece text, const RE2::Options &options) : pattern(text, options) {}
  RE2 pattern;
};

static RE2::Options options_for(int64_t memory) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(memory);
  return options;
}

static bailey_re2 *compile(const char *pattern, size_t length, const RE2::Options &options, int *code, char *detail, size_t room,
                           size_t *used) try {
  *code = RE2::ErrorInternal;
  *used = 0;
  auto made = std::make_unique<bailey_re2>(re2::StringPiece(pattern, length), options);
  *code = made->pattern.error_code();
  if (made->pattern.ok()) return made.release();
  const std::string &part = made->pattern.error_arg();
  *used = std::min(room, part.size());
  std::memcpy(detail, part.data(), *used);
  return nullptr;
} catch (...) {
  return nullptr;
}

bailey_re2 *bailey_re2_new(const char *pattern, size_t length, int64_t memory, int *code, char *detail, size_t room,
                           size_t *used) {
  return compile(pattern, length, options_for(memory), code, detail, room, used);
}

bailey_re2 *bailey_re2_new_bytes(const char *pattern, size_t length, int64_t memory, int *code, char *detail, size_t room,
                                 size_t *used) {
  RE2::Options options = options_for(memory);
  options.set_encoding(RE2::Options::EncodingLatin1);
  return compile(pattern, length, options, code, detail, room, used);
}

void bailey_re2_free(bailey_re2 *pattern) { delete pattern; }

int bailey_re2_groups(const bailey_re2 *pattern) { return pattern->pattern.NumberOfCapturingGroups(); }

int bailey_re2_group(const bailey_re2 *pattern, const char *name, size_t length) try {
  const auto &names = pattern->pattern.NamedCapturingGroups();
  auto found = names.find(std::string(name, length));
  return found == names.end() ? -1 : found->second;
} catch (...) {
  return -1;
}

static int search(const bailey_re2 *pattern, const char *text, size_t length, size_t start, RE2::Anchor anchor, int64_t *spans,
                  int count) try {
  if (start > length || count < 0) return 0;
  re2::StringPiece fixed[8];
  std::vector<re2::StringPiece> many(count > 8 ? count : 0);
  re2::StringPiece *groups = count > 8 ? many.data() : fixed;
  re2::StringPiece whole(text, length);
  if (!pattern->pattern.Match(whole, start, length, anchor, groups, count)) return 0;
  for (int at = 0; at < count; at++) {
    bool took_part = groups[at].data() != nullptr;
    spans[2 * at] = took_part ? groups[at].data() - text : -1;
    spans[2 * at + 1] = took_part ? groups[at].data() - text + static_cast<int64_t>(groups[at].size()) : -1;
  }
  return 1;
} catch (...) {
  return -1;
}

int bailey_re2_find(const bailey_re2 *pattern, const char *text, size_t length, size_t start, int64_t *spans, int count) {
  return search(pattern, text, length, start, RE2::UNANCHORED, spans, count);
}

int bailey_re2_match(const bailey_re2 *pattern, const char *text, size_t length, size_t start, int64_t *spans, int count) {
  return search(pattern, text, length, start, RE2::ANCHOR_START, spans, count);
}
