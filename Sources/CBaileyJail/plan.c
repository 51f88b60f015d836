#include "bailey_plan.h"

_Static_assert(sizeof(struct bailey_header) == 32, "the header has no padding");
_Static_assert(sizeof(struct bailey_record) == 8, "the record head has no padding");
_Static_assert(sizeof(struct bailey_event) == 120, "the event has no padding");
