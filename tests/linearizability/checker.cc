#include "tests/linearizability/checker.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_format.h"

namespace nwd::linearizability {
namespace {

constexpr int kToldMax = 24;  // writes that a violation lists

// One gate over time. Shut before anything was done to it.
class Gate {
 public:
  // An act of this rank is carried out between `from_ns` and `by_ns`: surely before anything that begins after that.
  void Add(int64_t rank, bool opens, int64_t from_ns, int64_t by_ns) {
    writes_.push_back({rank, opens, from_ns, by_ns});
  }

  bool MayBeOpen(int64_t at_ns) const { return MayBe(true, at_ns); }
  bool MayBeShut(int64_t at_ns) const { return Settled(at_ns) == 0 || MayBe(false, at_ns); }
  // By an act, of no lower rank than this.
  bool MayBeShutBy(int64_t rank, int64_t at_ns) const { return MayBe(false, at_ns, rank); }

  // The highest rank that is surely carried out.
  int64_t Settled(int64_t at_ns) const {
    int64_t rank = 0;
    for (const Write& write : writes_) {
      if (write.by_ns < at_ns) rank = std::max(rank, write.rank);
    }
    return rank;
  }

  // Appends the moments within [began, ended] from which on more is possible.
  void Moments(int64_t began_ns, int64_t ended_ns, std::vector<int64_t>& moments) const {
    for (const Write& write : writes_) {
      if (write.from_ns > began_ns && write.from_ns <= ended_ns) moments.push_back(write.from_ns);
    }
  }

 private:
  struct Write {
    int64_t rank;
    bool opens;
    int64_t from_ns, by_ns;
  };
  // What rules is the highest rank carried out: any that has begun and is not below what is settled.
  bool MayBe(bool open, int64_t at_ns, int64_t rank_min = 0) const {
    const int64_t lowest = std::max(rank_min, Settled(at_ns));
    return std::any_of(writes_.begin(), writes_.end(), [&](const Write& write) {
      return write.opens == open && write.from_ns <= at_ns && write.rank >= lowest;
    });
  }
  std::vector<Write> writes_;
};

// All that happened to one consent.
class Consent {
 public:
  explicit Consent(bool standing) : standing_(standing) {}

  void Add(size_t index, const Operation& operation) {
    operations_.push_back(index);
    const Row& row = RowOf(operation.act);
    if (row.moves != kNoGate && operation.outcome != Outcome::kNo) {
      Gate& gate = row.moves == kLife ? life_ : referrals_[operation.referral];
      gate.Add(operation.rank, row.opens, operation.began_ns, operation.ended_ns);
      if (row.moves == kLife && !row.opens) withdrawals_begin_ns_ = std::min(withdrawals_begin_ns_, operation.began_ns);
    }
    if (operation.outcome == Outcome::kEnded) sightings_.push_back(operation);
  }

  void Judge(const History& history, Verdict& verdict) {
    // An end that was seen is an end, whether or not who asked for it was answered.
    for (const Operation& seen : sightings_) life_.Add(kFinalRank, false, withdrawals_begin_ns_, seen.ended_ns);
    for (const size_t index : operations_) {
      const Operation& operation = history.operations[index];
      if (operation.outcome == Outcome::kUnknown) continue;
      const char* wrong = Wrong(operation, verdict);
      if (wrong != nullptr) verdict.violations.push_back({index, Tell(history, operation, wrong)});
    }
  }

 private:
  // Why the answer cannot have been true; null where it can.
  const char* Wrong(const Operation& operation, Verdict& verdict) const {
    const Row& row = RowOf(operation.act);
    if (operation.outcome == Outcome::kEnded && withdrawals_begin_ns_ > operation.ended_ns) {
      return "it was seen withdrawn before anybody withdrew it";
    }
    const bool yes_possible = row.needs == kNoGate || AtSomeMoment(operation, row.needs, true);
    const bool no_possible = row.may_refuse && AtSomeMoment(operation, row.refutes, false);
    if (operation.act == Act::kCheck || operation.act == Act::kRead) {
      verdict.only_permit += !no_possible;
      verdict.only_denial += !yes_possible;
    }
    if (operation.outcome == Outcome::kYes) {
      return yes_possible ? nullptr : "the answer was yes, and what it needs was shut throughout the call";
    }
    return no_possible ? nullptr : "the answer was no, and nothing stood in its way throughout the call";
  }

  // Whether within the call there is a moment at which all of `gates` may be open (or, `open` false, one may be shut).
  // Possibilities only begin at the moments looked at and last until something is settled, so one of these will do.
  bool AtSomeMoment(const Operation& operation, Gates gates, bool open) const {
    std::vector<int64_t> moments = {operation.began_ns};
    life_.Moments(operation.began_ns, operation.ended_ns, moments);
    for (const auto& [referral, gate] : referrals_) gate.Moments(operation.began_ns, operation.ended_ns, moments);
    return std::any_of(moments.begin(), moments.end(), [&](int64_t at_ns) {
      if (open) return AllMayBeOpen(operation, gates, at_ns);
      return OneMayBeShut(operation, gates, at_ns);
    });
  }
  bool AllMayBeOpen(const Operation& operation, Gates gates, int64_t at_ns) const {
    if ((gates & kLife) != 0 && !life_.MayBeOpen(at_ns)) return false;
    if ((gates & kReferral) == 0 || standing_) return true;
    // Who reads may do so on account of any referral; an act that moves one is about that one.
    const bool one_only = RowOf(operation.act).moves == kReferral;
    return std::any_of(referrals_.begin(), referrals_.end(), [&](const auto& one) {
      return (!one_only || one.first == operation.referral) && one.second.MayBeOpen(at_ns);
    });
  }
  bool OneMayBeShut(const Operation& operation, Gates gates, int64_t at_ns) const {
    if ((gates & kLife) != 0 && life_.MayBeShut(at_ns)) return true;
    if ((gates & kReferral) == 0 || standing_) return false;
    if (RowOf(operation.act).moves == kReferral) {  // only what came after it stands in an opening's way
      const auto own = referrals_.find(operation.referral);
      return own != referrals_.end() && own->second.MayBeShutBy(operation.rank, at_ns);
    }
    return std::all_of(referrals_.begin(), referrals_.end(),
                       [&](const auto& one) { return one.second.MayBeShut(at_ns); });
  }

  std::string Tell(const History& history, const Operation& operation, const char* wrong) const {
    const Row& row = RowOf(operation.act);
    std::string told =
        absl::StrFormat("%s of consent %d (%s) from %d to %d ns: %s; around it:", row.name, operation.consent,
                        standing_ ? "standing" : "referral-scoped", operation.began_ns, operation.ended_ns, wrong);
    std::vector<const Operation*> around;
    for (const size_t index : operations_) {
      const Operation& other = history.operations[index];
      if (RowOf(other.act).moves == kNoGate && other.outcome != Outcome::kEnded) continue;
      if (other.began_ns <= operation.ended_ns) around.push_back(&other);
    }
    std::sort(around.begin(), around.end(), [](const auto* a, const auto* b) { return a->began_ns > b->began_ns; });
    if (around.size() > kToldMax) around.resize(kToldMax);
    for (const Operation* other : around) {
      const char* ended = other->outcome == Outcome::kUnknown ? "not known"
                          : other->outcome == Outcome::kNo    ? "no"
                          : other->outcome == Outcome::kEnded ? "ended"
                                                              : "yes";
      told += absl::StrFormat("\n  %s referral %d rank %d from %d to %d ns: %s", RowOf(other->act).name,
                              other->referral, other->rank, other->began_ns, other->ended_ns, ended);
    }
    return told;
  }

  const bool standing_;
  std::vector<size_t> operations_;
  Gate life_;
  std::map<uint32_t, Gate> referrals_;
  std::vector<Operation> sightings_;
  int64_t withdrawals_begin_ns_ = kNever;
};

}  // namespace

Verdict Judge(const History& history) {
  std::vector<Consent> consents;
  for (const bool standing : history.standing) consents.emplace_back(standing);
  for (size_t i = 0; i < history.operations.size(); ++i) {
    consents[history.operations[i].consent].Add(i, history.operations[i]);
  }
  Verdict verdict;
  for (Consent& consent : consents) consent.Judge(history, verdict);
  return verdict;
}

std::vector<ReadBounds> ReadsByConsent(const History& history) {
  std::vector<ReadBounds> reads(history.standing.size());
  for (const Operation& operation : history.operations) {
    if (operation.act != Act::kRead || operation.outcome == Outcome::kNo) continue;
    ReadBounds& of = reads[operation.consent];
    ++of.attempted;
    if (operation.outcome == Outcome::kYes) ++of.answered;
  }
  return reads;
}

}  // namespace nwd::linearizability
