// The exact figures behind the indicators, kept one by one as things happen: a few rows a change, however much happened
// before. They never leave the service: what is printed comes from releases (release.h).
//
// Called within the bodies of transactions of whoever applies changes (one at a time), never from those of callers: no
// row here is touched by every call.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/facts/facts.h"
#include "common/store/store.h"
#include "nwd/common/v1/vocabulary.pb.h"
#include "services/outcome/indicators.h"
#include "services/outcome/months.h"
#include "services/outcome/storage.pb.h"

namespace nwd::outcome {

// The key of whom a cut cannot place: borough not said, channel not known.
inline constexpr std::string_view kUnknownCell = "unknown";
// The key of the whole.
inline constexpr std::string_view kWholeCell = "all";

// The cells of a cut, in order of key; every table lists all of them. CUT_HUB has none besides the whole.
std::vector<std::string> CellsOf(v1::Cut cut, const facts::Facts& facts);
// True where the cells of the cut add up to the whole: everyone is in exactly one.
bool AddsUp(v1::Cut cut);
// "jobcentre"; "unknown".
std::string ChannelCell(common::v1::EntryChannel channel);

class Counts {
 public:
  // `facts` outlives this.
  explicit Counts(const facts::Facts& facts) : facts_(facts) {}

  // Adds `by` (1, or -1 to take back) for the hub only.
  absl::Status Add(store::Txn& txn, Counter counter, Month month, int64_t by) const;
  // The same, and in every cut the referral is in.
  absl::Status AddCut(store::Txn& txn, Counter counter, Month month, int64_t by,
                      const storage::ReferralRow& referral) const;

  // Notes that a source has figures of this month: from the earliest on, they are known.
  absl::Status Begin(store::Txn& txn, Source source, Month month) const;
  // The first month of a source; nothing where it has none yet.
  static absl::StatusOr<std::optional<Month>> BeganIn(const store::Reader& reader, Source source);

  // Every figure of a counter: by cut, cell and month; the whole as CUT_HUB, kWholeCell.
  using ByMonth = std::map<Month, int64_t>;
  using All = std::map<v1::Cut, std::map<std::string, ByMonth>>;
  static absl::StatusOr<All> ReadAll(const store::Reader& reader, Counter counter);

 private:
  const facts::Facts& facts_;
};

}  // namespace nwd::outcome
