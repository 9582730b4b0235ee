/* Chapter 4: which of two numbers is the smaller, and what if their sum does not fit? */
#pragma once
#include <stdint.h>

/* For numbers of any type; the result has the type of the first. The names inside differ, so that clamp can put one
 * into the other: for clang, a variable of unknown type must not meet its own name. */
#define minimum(number, limit)                                                                                         \
    ({                                                                                                                 \
        __auto_type number_ = (number);                                                                                \
        __typeof__(number_) limit_ = (limit);                                                                          \
        number_ < limit_ ? number_ : limit_;                                                                           \
    })

#define maximum(number, limit)                                                                                         \
    ({                                                                                                                 \
        __auto_type larger_ = (number);                                                                                \
        __typeof__(larger_) least_ = (limit);                                                                          \
        larger_ > least_ ? larger_ : least_;                                                                           \
    })

/* The nearest number in [low, high]. */
#define clamp(number, low, high) minimum(maximum(number, low), high)

/* The sum, or the limit that it would pass. */
static inline int32_t add_saturating(int32_t left, int32_t right)
{
    return (int32_t)clamp((int64_t)left + right, INT32_MIN, INT32_MAX);
}
