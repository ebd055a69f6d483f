// The record in the store: the newest version of each section by each source, and those before it. Called within a
// View or an Update; errors are the store's, or DATA_LOSS for what does not parse. No state.
#pragma once

#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "services/consent/record_sections.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent::records {

struct Entry {
  VersionName name;
  storage::RecordVersion version;
};

absl::StatusOr<std::optional<storage::RecordVersion>> Newest(const store::Reader& reader, const ids::Uuid& person_id,
                                                             Category category, const ids::Uuid& source_id);
// Makes `version` the newest; `before`, where there is one, goes to the versions before it.
void Add(store::Txn& txn, const VersionName& name, const storage::RecordVersion& version,
         const std::optional<storage::RecordVersion>& before);

// The newest versions of these categories, whichever of the person's ids they were put in under (joins.h): by id, then
// category and source.
absl::StatusOr<std::vector<Entry>> OfPerson(const store::Reader& reader, const ids::Uuid& person_id,
                                            CategoryMask categories);
// The versions of one section by one source, from that of `first.version` back, newest first.
absl::Status WalkVersions(const store::Reader& reader, const VersionName& first,
                          absl::FunctionRef<store::Visit(Entry)> visit);
// As its readers see it; DATA_LOSS where it is not what was sealed.
absl::StatusOr<v1::RecordEntry> Show(const crypto::AeadKey& key, const Entry& entry);
// Which of these categories `source_id` has put in, likewise.
absl::StatusOr<CategoryMask> From(const store::Reader& reader, const ids::Uuid& person_id, CategoryMask categories,
                                  const ids::Uuid& source_id);

}  // namespace nwd::consent::records
