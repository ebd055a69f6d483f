#include "services/outcome/release.h"

#include <algorithm>

#include "common/base/macros.h"
#include "common/status/status.h"
#include "common/store/proto_value.h"
#include "services/outcome/keys.h"
#include "services/outcome/limits.h"
#include "services/outcome/reasons.h"
#include "services/outcome/release_year.h"

namespace nwd::outcome {
namespace {

std::string KeyOf(ids::Uuid release, const TablePlace& place) {
  return keys::Frozen(release, place.counter, place.cut, place.year, place.slot);
}

absl::StatusOr<ids::Uuid> IdOf(const storage::ReleaseRow& release) {
  const std::optional<ids::Uuid> id = ids::Uuid::Parse(release.release_id());
  if (!id) return absl::DataLossError("a stored release has no id");
  return *id;
}

absl::StatusOr<storage::ReleaseRow> BySequence(const store::Reader& reader, int64_t sequence) {
  std::string bytes;
  NWD_ASSIGN_OR_RETURN(const bool present, reader.Get(keys::ReleaseBySequence(sequence), &bytes));
  const std::optional<ids::Uuid> id = present ? ids::Uuid::FromBytes(bytes) : std::nullopt;
  std::optional<storage::ReleaseRow> release;
  if (id) {
    NWD_ASSIGN_OR_RETURN(release, Releases::Find(reader, *id));
  }
  if (!release) return absl::DataLossError("a release in the order of releases is not there");
  return *std::move(release);
}

absl::StatusOr<Tables> TablesOf(const store::Reader& reader, const storage::ReleaseRow& release) {
  NWD_ASSIGN_OR_RETURN(const ids::Uuid id, IdOf(release));
  Tables tables;
  absl::Status fault;
  const std::string prefix = keys::FrozenOf(id);
  NWD_RETURN_IF_ERROR(reader.Scan(
      store::PrefixRange(prefix), store::Direction::kForward, [&](std::string_view key, std::string_view value) {
        store::KeyReader parts(key);
        std::string_view bytes;
        uint64_t counter = 0, cut = 0, year = 0, slot = 0;
        absl::StatusOr<storage::FrozenTable> table = store::ParseValue<storage::FrozenTable>(key, value);
        if (!parts.Bytes(ids::Uuid::kSizeBytes, &bytes) || !parts.Number(&counter) || !parts.Number(&cut) ||
            !parts.Number(&year) || !parts.Number(&slot)) {
          fault = absl::DataLossError("a stored table has a key of another form");
        } else if (!table.ok()) {
          fault = table.status();
        } else {
          tables[{static_cast<Counter>(counter), static_cast<v1::Cut>(cut), static_cast<int64_t>(year),
                  static_cast<int>(slot)}] = *std::move(table);
        }
        return fault.ok() ? store::Visit::kContinue : store::Visit::kStop;
      }));
  NWD_RETURN_IF_ERROR(fault);
  return tables;
}

}  // namespace

absl::StatusOr<std::optional<storage::ReleaseRow>> Releases::Newest(const store::Reader& reader) {
  std::optional<ids::Uuid> newest;
  NWD_RETURN_IF_ERROR(reader.Scan(store::PrefixRange(keys::Releases()), store::Direction::kForward,
                                  [&](std::string_view, std::string_view value) {
                                    newest = ids::Uuid::FromBytes(value);
                                    return store::Visit::kStop;
                                  }));
  if (!newest) return std::nullopt;
  return Find(reader, *newest);
}

absl::StatusOr<std::optional<storage::ReleaseRow>> Releases::Find(const store::Reader& reader, ids::Uuid release) {
  return store::Find<storage::ReleaseRow>(reader, keys::Release(release));
}

absl::StatusOr<ReleaseSource> Releases::Read(const store::Reader& reader) {
  ReleaseSource source;
  NWD_ASSIGN_OR_RETURN(source.newest, Newest(reader));
  const int64_t newest = source.newest ? source.newest->sequence() : 0;
  for (int64_t sequence = newest; sequence > std::max<int64_t>(0, newest - kReleasesComparedMax); --sequence) {
    NWD_ASSIGN_OR_RETURN(const storage::ReleaseRow release, BySequence(reader, sequence));
    NWD_ASSIGN_OR_RETURN(Tables tables, TablesOf(reader, release));
    source.earlier.push_back(std::move(tables));
  }
  for (const CounterInfo& info : outcome::Counters()) {
    NWD_ASSIGN_OR_RETURN(const std::optional<Month> began, Counts::BeganIn(reader, info.source));
    if (!began) continue;
    source.began[info.counter] = *began;
    NWD_ASSIGN_OR_RETURN(source.figures[info.counter], Counts::ReadAll(reader, info.counter));
  }
  return source;
}

Tables Releases::Compute(const ReleaseSource& source, Month month) const {
  Tables tables;
  for (const auto& [counter, began] : source.began) {
    const int64_t last = YearOf(month);
    for (int64_t year = std::max(YearOf(began), last - kReleaseYearsMax + 1); year <= last; ++year) {
      PutYear(source, facts_, {counter, year, month}, tables);
    }
  }
  return tables;
}

absl::Status Releases::Write(store::Txn& txn, const ReleaseSource& source, const Tables& tables,
                             const storage::ReleaseRow& release) {
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::ReleaseRow> newest, Newest(txn));
  const int64_t sequence = newest ? newest->sequence() : 0;
  const int64_t expected = source.newest ? source.newest->sequence() : 0;
  if (sequence != expected) {
    return status::Error(absl::StatusCode::kUnavailable, reasons::kReleaseInBetween,
                         "another release was made at the same time; try again");
  }
  NWD_ASSIGN_OR_RETURN(const ids::Uuid id, IdOf(release));
  storage::ReleaseRow row = release;
  row.set_sequence(sequence + 1);
  store::PutMessage(txn, keys::Release(id), row);
  txn.Put(keys::ReleaseBySequence(row.sequence()), id.bytes());
  for (const auto& [place, table] : tables) store::PutMessage(txn, KeyOf(id, place), table);
  return absl::OkStatus();
}

absl::StatusOr<storage::FrozenTable> Releases::Table(const store::Reader& reader, const storage::ReleaseRow& release,
                                                     const TablePlace& place) const {
  NWD_ASSIGN_OR_RETURN(const ids::Uuid id, IdOf(release));
  NWD_ASSIGN_OR_RETURN(std::optional<storage::FrozenTable> found,
                       store::Find<storage::FrozenTable>(reader, KeyOf(id, place)));
  if (found) return *std::move(found);
  storage::FrozenTable missing;
  Figure nothing;
  nothing.shown = Shown::kMissing;
  *missing.add_cells() = CellOf(std::string(kWholeCell), nothing);
  for (const std::string& key : CellsOf(place.cut, facts_)) *missing.add_cells() = CellOf(key, nothing);
  return missing;
}

TablePlace Releases::PlaceOf(Counter counter, v1::Cut cut, v1::Period period, Month month) {
  TablePlace place{counter, cut == v1::CUT_UNSPECIFIED ? v1::CUT_HUB : cut, YearOf(month), PlaceInYear(month)};
  if (period == v1::PERIOD_QUARTER) place.slot = QuarterSlotOf(PlaceInYear(month));
  if (period == v1::PERIOD_YEAR) place.slot = kYearSlot;
  return place;
}

}  // namespace nwd::outcome
