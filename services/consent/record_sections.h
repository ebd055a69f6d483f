// The nine sections of the record: which category each is, and how a version is sealed. A version opens only as what it
// was sealed as: the person, the category, the source and the version are bound to it, so that one swapped for another
// in the store is noticed. Functions of values, without state: called by handlers, within a transaction or not.
#pragma once

#include <limits>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/crypto/aead.h"
#include "common/ids/uuid.h"
#include "nwd/consent/v1/record.pb.h"
#include "services/consent/categories.h"

namespace nwd::consent {

// What a version is, beside what it holds.
struct VersionName {
  ids::Uuid person_id;
  Category category = common::v1::CATEGORY_UNSPECIFIED;
  ids::Uuid source_id;
  int32_t version = 0;
};
inline constexpr int32_t kVersionNewest = std::numeric_limits<int32_t>::max();  // comes before all there are

// The category of what is set; UNSPECIFIED where nothing is.
Category CategoryOf(const v1::RecordSection& section);

// Marked as shown to nobody but its source.
bool IsConfidential(const v1::RecordSection& section);

std::string SealSection(const crypto::AeadKey& key, const VersionName& name, const v1::RecordSection& section);
// DATA_LOSS where it is not what was sealed under this name.
absl::StatusOr<v1::RecordSection> OpenSection(const crypto::AeadKey& key, const VersionName& name,
                                              std::string_view sealed);

}  // namespace nwd::consent
