// Sets of categories as bit masks: bit n is the category whose number is n. Pure functions.
#pragma once

#include <cstdint>

#include "nwd/common/v1/vocabulary.pb.h"

namespace nwd::consent {

using common::v1::Category;
using CategoryMask = uint32_t;

inline constexpr int kCategoryFirst = common::v1::CATEGORY_IDENTITY;
inline constexpr int kCategoryLast = common::v1::CATEGORY_SAFEGUARDING;

constexpr CategoryMask MaskOf(Category category) { return CategoryMask{1} << static_cast<int>(category); }
constexpr bool Holds(CategoryMask mask, Category category) { return (mask & MaskOf(category)) != 0; }

inline constexpr CategoryMask kAllCategories =
    (CategoryMask{1} << (kCategoryLast + 1)) - (CategoryMask{1} << kCategoryFirst);

// The categories of a repeated field, each once. What is no category is left out.
template <class Repeated>
CategoryMask MaskOfAll(const Repeated& categories) {
  CategoryMask mask = 0;
  for (const int category : categories) {
    if (category >= kCategoryFirst && category <= kCategoryLast) mask |= MaskOf(static_cast<Category>(category));
  }
  return mask;
}

// Calls `visit` with each category of the mask, in the order of their numbers.
template <class Visit>
void ForEachCategory(CategoryMask mask, Visit visit) {
  for (int category = kCategoryFirst; category <= kCategoryLast; ++category) {
    if (Holds(mask, static_cast<Category>(category))) visit(static_cast<Category>(category));
  }
}

}  // namespace nwd::consent
