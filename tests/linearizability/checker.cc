#include "tests/linearizability/checker.h"

#include <algorithm>
#include <map>
#include <optional>

#include "absl/strings/str_format.h"

namespace nwd::linearizability {
namespace {

constexpr int kToldMax = 24;  // writes that a violation lists

const char* NameOf(Outcome outcome) {
  switch (outcome) {
    case Outcome::kUnknown:
      return "not known";
    case Outcome::kYes:
      return "yes";
    case Outcome::kNo:
      return "no";
    case Outcome::kSuspended:
      return "suspended";
    case Outcome::kEnded:
      return "ended";
  }
  return "?";
}

// One gate over time.
class Gate {
 public:
  // How it was before anything was done to it.
  explicit Gate(bool open_at_first = false) : open_at_first_(open_at_first) {}

  // An act of this rank is carried out between `from_ns` and `by_ns`: surely before anything that begins after that.
  void Add(int64_t rank, bool opens, int64_t from_ns, int64_t by_ns) {
    writes_.push_back({rank, opens, from_ns, by_ns});
  }

  bool MayBeOpen(int64_t at_ns) const { return MayBe(true, at_ns); }
  bool MayBeShut(int64_t at_ns) const { return MayBe(false, at_ns); }
  // By an act, of no lower rank than this.
  bool MayBeShutBy(int64_t rank, int64_t at_ns) const { return Ruled(false, rank, at_ns); }
  bool MayBeMovedBy(int64_t rank, int64_t at_ns) const { return Ruled(false, rank, at_ns) || Ruled(true, rank, at_ns); }

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
  bool MayBe(bool open, int64_t at_ns) const {
    return (open == open_at_first_ && Settled(at_ns) == 0) || Ruled(open, 0, at_ns);
  }
  // What rules is the highest rank carried out: any that has begun and is not below what is settled.
  bool Ruled(bool open, int64_t rank_min, int64_t at_ns) const {
    const int64_t lowest = std::max(rank_min, Settled(at_ns));
    return std::any_of(writes_.begin(), writes_.end(), [&](const Write& write) {
      return write.opens == open && write.from_ns <= at_ns && write.rank >= lowest;
    });
  }
  const bool open_at_first_;
  std::vector<Write> writes_;
};

// What an answer says of the revision that it names: that the consent is suspended in it, or is not.
std::optional<bool> SaysAwake(const Operation& operation) {
  const bool yes = operation.outcome == Outcome::kYes;
  if (operation.act == Act::kLook) {
    return yes || operation.outcome == Outcome::kSuspended ? std::optional(yes) : std::nullopt;
  }
  const Row& row = RowOf(operation.act);
  return yes && row.moves == kAwake ? std::optional(row.opens) : std::nullopt;
}

// All that happened to one consent.
class Consent {
 public:
  Consent(const History& history, bool standing) : history_(history), standing_(standing) {}

  void Add(size_t index) {
    const Operation& operation = history_.operations[index];
    operations_.push_back(index);
    if (const auto awake = SaysAwake(operation)) revisions_.try_emplace(operation.rank, *awake);
    if (operation.act == Act::kResume && operation.outcome == Outcome::kYes) ++resumed_[operation.rank];
    if (operation.act == Act::kWithdraw && operation.outcome != Outcome::kNo) {
      withdrawals_begin_ns_ = std::min(withdrawals_begin_ns_, operation.began_ns);
    }
  }

  void Judge(Verdict& verdict) {
    for (const size_t index : operations_) Move(history_.operations[index]);
    for (const size_t index : operations_) {
      const Operation& operation = history_.operations[index];
      if (operation.outcome == Outcome::kUnknown) continue;
      const char* wrong = Wrong(operation, verdict);
      if (wrong != nullptr) verdict.violations.push_back({index, Tell(operation, wrong)});
    }
  }

 private:
  void Move(const Operation& operation) {
    const Row& row = RowOf(operation.act);
    const int64_t began_ns = operation.began_ns, ended_ns = operation.ended_ns;
    // What was seen is so from then on, whether or not who did it was answered.
    if (operation.outcome == Outcome::kEnded) life_.Add(kFinalRank, false, withdrawals_begin_ns_, ended_ns);
    if (operation.act == Act::kLook) {
      if (const auto awake = SaysAwake(operation)) awake_.Add(operation.rank, *awake, ended_ns + 1, ended_ns);
    }
    if (row.moves == kNoGate || operation.outcome == Outcome::kNo) return;
    if (row.moves == kAwake) {
      const auto known = revisions_.find(operation.rank);
      if (known != revisions_.end() && known->second != row.opens) return;  // another act made that revision
    }
    GateOf(operation).Add(operation.rank, row.opens, began_ns, ended_ns);
  }
  Gate& GateOf(const Operation& operation) {
    const Gates moved = RowOf(operation.act).moves;
    return moved == kLife ? life_ : moved == kAwake ? awake_ : referrals_[operation.referral];
  }

  // Why the answer cannot have been true; null where it can.
  const char* Wrong(const Operation& operation, Verdict& verdict) const {
    const Row& row = RowOf(operation.act);
    if (operation.outcome == Outcome::kEnded && withdrawals_begin_ns_ > operation.ended_ns) {
      return "it was seen withdrawn before anybody withdrew it";
    }
    const std::optional<bool> awake = SaysAwake(operation);
    if (awake.has_value() && revisions_.at(operation.rank) != *awake) {
      return "another answer says otherwise of the revision that it names";
    }
    if (awake.has_value() && operation.act == Act::kResume && resumed_.at(operation.rank) > 1) {
      return "two calls resumed it from one revision";
    }
    const bool yes_possible = AtSomeMoment(operation, [&](int64_t at_ns) { return MayBeYes(operation, at_ns); });
    const bool no_possible = row.may_refuse && AtSomeMoment(operation, [&](int64_t at_ns) {
                               return OneMayBeShut(operation, row.refutes, at_ns);
                             });
    if (operation.act == Act::kCheck || operation.act == Act::kRead) {
      verdict.only_permit += !no_possible;
      verdict.only_denial += !yes_possible;
    }
    if (operation.outcome == Outcome::kYes) {
      return yes_possible ? nullptr : "the answer was yes, and what it needs was shut throughout the call";
    }
    if (operation.outcome == Outcome::kSuspended) {
      return yes_possible ? nullptr : "it was seen suspended, and cannot have been at any moment of the call";
    }
    return no_possible ? nullptr : "the answer was no, and nothing stood in its way throughout the call";
  }

  // Whether within the call there is a moment that `possible` says yes to. Possibilities only begin at the moments
  // looked at and last until something is settled, so one of these will do.
  template <class Possible>
  bool AtSomeMoment(const Operation& operation, const Possible& possible) const {
    std::vector<int64_t> moments = {operation.began_ns};
    for (const Gate* gate : {&life_, &awake_}) gate->Moments(operation.began_ns, operation.ended_ns, moments);
    for (const auto& [referral, gate] : referrals_) gate.Moments(operation.began_ns, operation.ended_ns, moments);
    return std::any_of(moments.begin(), moments.end(), possible);
  }
  bool MayBeYes(const Operation& operation, int64_t at_ns) const {
    if (SaysAwake(operation).has_value() && Overtaken(operation, at_ns)) return false;
    if (operation.outcome == Outcome::kSuspended) return life_.MayBeOpen(at_ns) && awake_.MayBeShut(at_ns);
    return AllMayBeOpen(operation, RowOf(operation.act).needs, at_ns);
  }
  // A later revision than the one it names had been answered; or that very one, before it made it.
  bool Overtaken(const Operation& operation, int64_t at_ns) const {
    const int64_t latest = awake_.Settled(at_ns);
    return operation.act == Act::kResume ? latest >= operation.rank : latest > operation.rank;
  }
  bool AllMayBeOpen(const Operation& operation, Gates gates, int64_t at_ns) const {
    if ((gates & kLife) != 0 && !life_.MayBeOpen(at_ns)) return false;
    if ((gates & kAwake) != 0 && !awake_.MayBeOpen(at_ns)) return false;
    if ((gates & kReferral) == 0 || standing_) return true;
    // Who reads may do so on account of any referral; an act that moves one is about that one.
    const bool one_only = RowOf(operation.act).moves == kReferral;
    return std::any_of(referrals_.begin(), referrals_.end(), [&](const auto& one) {
      return (!one_only || one.first == operation.referral) && one.second.MayBeOpen(at_ns);
    });
  }
  // In the way of what opens a gate itself stands only what came after it.
  bool OneMayBeShut(const Operation& operation, Gates gates, int64_t at_ns) const {
    const Gates own = RowOf(operation.act).moves;
    if ((gates & kLife) != 0 && life_.MayBeShut(at_ns)) return true;
    if ((gates & kAwake) != 0) {
      const bool shut = own == kAwake ? awake_.MayBeMovedBy(operation.rank, at_ns) : awake_.MayBeShut(at_ns);
      if (shut) return true;
    }
    if ((gates & kReferral) == 0 || standing_) return false;
    if (own == kReferral) {
      const auto its = referrals_.find(operation.referral);
      return its != referrals_.end() && its->second.MayBeShutBy(operation.rank, at_ns);
    }
    return std::all_of(referrals_.begin(), referrals_.end(),
                       [&](const auto& one) { return one.second.MayBeShut(at_ns); });
  }

  std::string Tell(const Operation& operation, const char* wrong) const {
    const Row& row = RowOf(operation.act);
    std::string told =
        absl::StrFormat("%s of consent %d (%s) from %d to %d ns: %s; around it:", row.name, operation.consent,
                        standing_ ? "standing" : "referral-scoped", operation.began_ns, operation.ended_ns, wrong);
    std::vector<const Operation*> around;
    for (const size_t index : operations_) {
      const Operation& other = history_.operations[index];
      if (RowOf(other.act).moves == kNoGate && other.act != Act::kLook) continue;
      if (other.began_ns <= operation.ended_ns) around.push_back(&other);
    }
    std::sort(around.begin(), around.end(), [](const auto* a, const auto* b) { return a->began_ns > b->began_ns; });
    if (around.size() > kToldMax) around.resize(kToldMax);
    for (const Operation* other : around) {
      told += absl::StrFormat("\n  %s referral %d rank %d from %d to %d ns: %s", RowOf(other->act).name,
                              other->referral, other->rank, other->began_ns, other->ended_ns, NameOf(other->outcome));
    }
    return told;
  }

  const History& history_;
  const bool standing_;
  std::vector<size_t> operations_;
  std::map<int64_t, bool>
      revisions_;                   // of those that answers name, whether the consent is awake in it: the first answer
  std::map<int64_t, int> resumed_;  // by revision, how many resumptions were answered with it
  int64_t withdrawals_begin_ns_ = kNever;
  Gate life_;
  Gate awake_{true};
  std::map<uint32_t, Gate> referrals_;
};

}  // namespace

Verdict Judge(const History& history) {
  std::vector<Consent> consents;
  for (const bool standing : history.standing) consents.emplace_back(history, standing);
  for (size_t i = 0; i < history.operations.size(); ++i) consents[history.operations[i].consent].Add(i);
  Verdict verdict;
  for (Consent& consent : consents) consent.Judge(verdict);
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
