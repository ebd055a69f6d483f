// Releases: the figures as they were on one day, under disclosure control, frozen. Only releases are ever printed.
//
// A release is made in three steps: Read takes everything it needs from one snapshot; Compute decides what is printed,
// away from the store (it may take a while); Write puts it there in one transaction, if no other release came in
// between. What earlier releases showed of figures that have not changed since is part of the decision, so that nobody
// can set one release against another.
//
// Immutable: any thread uses it. Read, Newest, Find, Table and Write are called within bodies of the store; Compute
// runs on the worker pool.
#pragma once

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/facts/facts.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "services/outcome/indicators.h"
#include "services/outcome/months.h"
#include "services/outcome/release_tables.h"
#include "services/outcome/storage.pb.h"

namespace nwd::outcome {

class Releases {
 public:
  // `facts` outlives this.
  explicit Releases(const facts::Facts& facts) : facts_(facts) {}

  static absl::StatusOr<std::optional<storage::ReleaseRow>> Newest(const store::Reader& reader);
  static absl::StatusOr<std::optional<storage::ReleaseRow>> Find(const store::Reader& reader, ids::Uuid release);

  static absl::StatusOr<ReleaseSource> Read(const store::Reader& reader);
  Tables Compute(const ReleaseSource& source, Month month) const;
  // UNAVAILABLE where another release was made since `source` was read: read and compute again.
  static absl::Status Write(store::Txn& txn, const ReleaseSource& source, const Tables& tables,
                            const storage::ReleaseRow& release);

  // One table as printed, all of its cells; missing where the release has nothing of it.
  absl::StatusOr<storage::FrozenTable> Table(const store::Reader& reader, const storage::ReleaseRow& release,
                                             const TablePlace& place) const;

  // Where the period of this length that holds the month is found.
  static TablePlace PlaceOf(Counter counter, v1::Cut cut, v1::Period period, Month month);

 private:
  const facts::Facts& facts_;
};

}  // namespace nwd::outcome
