#include "services/consent/record_rows.h"

#include <utility>

#include "common/base/timestamps.h"
#include "common/store/proto_value.h"
#include "services/consent/consent_rows.h"
#include "services/consent/joins.h"
#include "services/consent/keys.h"

namespace nwd::consent::records {

absl::StatusOr<std::optional<storage::RecordVersion>> Newest(const store::Reader& reader, const ids::Uuid& person_id,
                                                             Category category, const ids::Uuid& source_id) {
  return store::Find<storage::RecordVersion>(reader, keys::Record(person_id, category, source_id));
}

void Add(store::Txn& txn, const VersionName& name, const storage::RecordVersion& version,
         const std::optional<storage::RecordVersion>& before) {
  if (before.has_value()) {
    store::PutMessage(txn, keys::RecordVersion(name.person_id, name.category, name.source_id, before->version()),
                      *before);
  }
  store::PutMessage(txn, keys::Record(name.person_id, name.category, name.source_id), version);
}

namespace {

// Adds those put in under one id.
absl::Status AddEntries(const store::Reader& reader, const ids::Uuid& person_id, CategoryMask categories,
                        std::vector<Entry>& found) {
  absl::Status failed;
  NWD_RETURN_IF_ERROR(reader.Scan(
      store::PrefixRange(keys::RecordsOfPerson(person_id)), store::Direction::kForward,
      [&](std::string_view key, std::string_view value) {
        store::KeyReader parts(key);
        std::string_view person, section, source;
        if (!parts.Bytes(ids::Uuid::kSizeBytes, &person) || !parts.Bytes(1, &section) ||
            !parts.Bytes(ids::Uuid::kSizeBytes, &source)) {
          failed = absl::DataLossError("the key of a record does not read");
          return store::Visit::kStop;
        }
        const auto category = static_cast<Category>(section.front());
        if (!Holds(categories, category)) return store::Visit::kContinue;
        absl::StatusOr<storage::RecordVersion> version = store::ParseValue<storage::RecordVersion>(key, value);
        if (!version.ok()) {
          failed = version.status();
          return store::Visit::kStop;
        }
        found.push_back({{person_id, category, consents::IdOf(source), version->version()}, *std::move(version)});
        return store::Visit::kContinue;
      }));
  return failed;
}

}  // namespace

absl::StatusOr<std::vector<Entry>> OfPerson(const store::Reader& reader, const ids::Uuid& person_id,
                                            CategoryMask categories) {
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, joins::FamilyOf(reader, person_id));
  std::vector<Entry> found;
  for (const ids::Uuid& relative : family) {
    NWD_RETURN_IF_ERROR(AddEntries(reader, relative, categories, found));
  }
  return found;
}

absl::Status WalkVersions(const store::Reader& reader, const VersionName& first,
                          absl::FunctionRef<store::Visit(Entry)> visit) {
  const auto entry = [&](storage::RecordVersion version) {
    return Entry{{first.person_id, first.category, first.source_id, version.version()}, std::move(version)};
  };
  NWD_ASSIGN_OR_RETURN(std::optional<storage::RecordVersion> newest,
                       Newest(reader, first.person_id, first.category, first.source_id));
  if (!newest.has_value()) return absl::OkStatus();
  if (newest->version() <= first.version && visit(entry(*std::move(newest))) == store::Visit::kStop) {
    return absl::OkStatus();
  }
  const std::string from = keys::RecordVersion(first.person_id, first.category, first.source_id, first.version);
  store::Range range = store::PrefixRange(keys::VersionsBefore(first.person_id, first.category, first.source_id));
  range.begin = from;
  absl::Status failed;
  NWD_RETURN_IF_ERROR(reader.Scan(range, store::Direction::kForward, [&](std::string_view key, std::string_view value) {
    absl::StatusOr<storage::RecordVersion> version = store::ParseValue<storage::RecordVersion>(key, value);
    if (version.ok()) return visit(entry(*std::move(version)));
    failed = version.status();
    return store::Visit::kStop;
  }));
  return failed;
}

absl::StatusOr<v1::RecordEntry> Show(const crypto::AeadKey& key, const Entry& entry) {
  NWD_ASSIGN_OR_RETURN(v1::RecordSection section, OpenSection(key, entry.name, entry.version.sealed()));
  v1::RecordEntry shown;
  shown.set_category(entry.name.category);
  shown.set_version(entry.name.version);
  shown.set_source_organisation_id(entry.name.source_id.ToString());
  shown.set_as_of(entry.version.as_of());
  *shown.mutable_create_time() = MicrosToTimestamp(entry.version.create_time_us());
  *shown.mutable_section() = std::move(section);
  shown.set_confidential(entry.version.confidential());
  return shown;
}

absl::StatusOr<CategoryMask> From(const store::Reader& reader, const ids::Uuid& person_id, CategoryMask categories,
                                  const ids::Uuid& source_id) {
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, joins::FamilyOf(reader, person_id));
  CategoryMask found = 0;
  absl::Status failed;
  for (const ids::Uuid& relative : family) {
    ForEachCategory(categories, [&](Category category) {
      if (!failed.ok()) return;
      std::string value;
      const absl::StatusOr<bool> present = reader.Get(keys::Record(relative, category, source_id), &value);
      failed = present.status();
      if (present.ok() && *present) found |= MaskOf(category);
    });
  }
  if (!failed.ok()) return failed;
  return found;
}

}  // namespace nwd::consent::records
