/* Reads plans and requests. No system call, no state: this file is what Fuzz/plan feeds. */
#include "reader.h"

/* What a code looks like, as bailey_plan.h says. */
struct shape {
  uint8_t code, list, numbers, strings, tail, data, slot, optional_slot;
};

#define SHAPE(code, name, number, list, ...) {BAILEY_##code, BAILEY_##list, __VA_ARGS__},
static const struct shape shapes[] = {BAILEY_OPERATIONS(SHAPE) BAILEY_REQUESTS(SHAPE)};

static const struct shape *shape_of(uint16_t code) {
  for (size_t index = 0; index < sizeof shapes / sizeof *shapes; index++)
    if (shapes[index].code == code)
      return &shapes[index];
  return NULL;
}

static int has_nul(struct bytes string) {
  for (uint32_t index = 0; index < string.length; index++)
    if (string.start[index] == 0)
      return 1;
  return 0;
}

int string_next(struct cursor *cursor, struct bytes *string) {
  size_t left = (size_t)(cursor->end - cursor->at);
  if (left < 8)
    return 0;
  uint32_t length = *(const uint32_t *)(const void *)cursor->at;
  if (length > left - 5)
    return 0;
  size_t padded = ((size_t)length + 5 + 7) & ~(size_t)7;
  if (padded > left || cursor->at[4 + length] != 0)
    return 0;
  *string = (struct bytes){(const char *)cursor->at + 4, length};
  cursor->at += padded;
  return 1;
}

/* The head, numbers and fixed strings of the record at the cursor. */
static int record_read(struct cursor *cursor, struct operation *operation, const struct shape **shape) {
  size_t left = (size_t)(cursor->end - cursor->at);
  const struct bailey_record *head = (const void *)cursor->at;
  if (left < sizeof *head || head->length < sizeof *head || head->length > left || head->length % 8 != 0)
    return 0;
  *shape = shape_of(head->code);
  if (!*shape || (*shape)->strings > head->strings || (!(*shape)->tail && (*shape)->strings != head->strings))
    return 0;
  if (head->length - sizeof *head < (*shape)->numbers * 8u || head->strings > BAILEY_MAX_STRINGS)
    return 0;
  operation->code = head->code;
  operation->strings = head->strings;
  const uint64_t *numbers = (const void *)(cursor->at + sizeof *head);
  for (unsigned index = 0; index < (*shape)->numbers; index++)
    operation->number[index] = numbers[index];
  operation->tail = (struct cursor){(const uint8_t *)(numbers + (*shape)->numbers), cursor->at + head->length};
  for (unsigned index = 0; index < (*shape)->strings; index++)
    if (!string_next(&operation->tail, &operation->string[index]))
      return 0;
  cursor->at += head->length;
  return 1;
}

static int tail_is_sound(struct operation operation, const struct shape *shape) {
  struct bytes string;
  uint32_t count = shape->strings;
  while (string_next(&operation.tail, &string)) {
    count++;
    if (operation.code == BAILEY_LANDLOCK) {
      if (string.length < 17)
        return 0;
      string = (struct bytes){string.start + 16, string.length - 16};
    }
    if (has_nul(string))
      return 0;
  }
  return operation.tail.at == operation.tail.end && count == operation.strings;
}

static int numbers_are_sound(const struct operation *operation, const struct shape *shape) {
  const uint64_t *number = operation->number;
  if (shape->slot && number[shape->slot - 1] >= BAILEY_SLOTS)
    if (!shape->optional_slot || number[shape->slot - 1] != BAILEY_NO_SLOT)
      return 0;
  if (operation->code == BAILEY_EXECUTE)
    return number[0] >= 1 && number[1] >= 1 && number[0] <= BAILEY_MAX_STRINGS && number[1] <= BAILEY_MAX_STRINGS &&
           number[2] <= BAILEY_MAX_STRINGS && number[0] + number[1] + number[2] == operation->strings;
  if (operation->code == BAILEY_SECCOMP)
    return operation->string[0].length % 8 == 0 && operation->string[0].length >= 8 &&
           operation->string[0].length <= 4096 * 8;
  if (operation->code == BAILEY_LISTEN)
    return operation->string[0].length >= 2 && operation->string[0].length <= 110;
  return 1;
}

static int operation_is_sound(const struct operation *operation, const struct shape *shape) {
  for (unsigned index = 0; index < shape->strings; index++)
    if (!(shape->data & 1u << index) && (operation->string[index].length == 0 || has_nul(operation->string[index])))
      return 0;
  return numbers_are_sound(operation, shape) && tail_is_sound(*operation, shape);
}

int operation_next(struct cursor *cursor, struct operation *operation) {
  const struct shape *shape;
  return cursor->at < cursor->end && record_read(cursor, operation, &shape);
}

int request_read(const uint8_t *bytes, size_t length, struct operation *operation) {
  struct cursor cursor = {bytes, bytes + length};
  const struct shape *shape;
  return record_read(&cursor, operation, &shape) && cursor.at == cursor.end && shape->list == BAILEY_REQUEST &&
         operation_is_sound(operation, shape);
}

/* Reads one list; what every list must contain is checked here, so that no plan is weaker than the least. */
static int list_check(struct cursor *cursor, unsigned list, uint32_t count) {
  struct operation operation = {0};
  unsigned seen = 0;
  for (uint32_t index = 0; index < count; index++) {
    const struct shape *shape;
    if (!record_read(cursor, &operation, &shape) || shape->list != list || !operation_is_sound(&operation, shape))
      return 0;
    int last = index + 1 == count;
    if ((operation.code == BAILEY_SPAWN || operation.code == BAILEY_EXECUTE) != last && list != BAILEY_PARENT)
      return 0;
    seen |= (operation.code == BAILEY_DROP) | (operation.code == BAILEY_NO_NEW_PRIVILEGES) << 1 |
            (operation.code == BAILEY_NEST || operation.code == BAILEY_JOIN) << 2 |
            (operation.code == BAILEY_SECCOMP && operation.number[0] == 1) << 3;
  }
  return list != BAILEY_AGENT || seen == 15;
}

uint32_t plan_check(const uint8_t *bytes, size_t length, int further, struct plan *plan) {
  const struct bailey_header *header = (const void *)bytes;
  if (length < sizeof *header || length > BAILEY_MAX_PLAN || header->magic != BAILEY_PLAN_MAGIC)
    return 1;
  if (header->version != BAILEY_PLAN_VERSION || header->length != length || header->failure - 1 > 254)
    return 4;
  struct cursor cursor = {bytes + sizeof *header, bytes + length};
  for (unsigned list = BAILEY_PARENT; list <= BAILEY_AGENT; list++) {
    uint32_t count = header->count[list];
    int absent = further && list != BAILEY_AGENT;
    if (count > BAILEY_MAX_RECORDS || (absent ? count != 0 : count == 0))
      return 16;
    plan->list[list].at = cursor.at;
    if (!list_check(&cursor, list, count))
      return (uint32_t)(cursor.at - bytes);
    plan->list[list].end = cursor.at;
  }
  plan->header = header;
  return cursor.at == cursor.end ? 0 : (uint32_t)(cursor.at - bytes);
}
