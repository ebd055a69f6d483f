// What clients did to consents, when, and what they were answered: the recorded history that the checker judges.
//
// What permits is a row of gates, all of which must be open: the consent's own life, that it is not suspended, and for a
// referral-scoped consent the access that a referral opened. An act opens a gate, shuts it, or asks whether gates are
// open. The table below is all that the checker knows of acts.
//
// Plain values; times are nanoseconds of one monotonic clock.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

namespace nwd::linearizability {

enum class Act { kGive, kWithdraw, kSuspend, kResume, kOpen, kClose, kCheck, kRead, kLook };

// Sets of gates, as bits.
using Gates = uint32_t;
inline constexpr Gates kNoGate = 0;
inline constexpr Gates kLife = 1;      // the person said yes, and has not taken it back
inline constexpr Gates kReferral = 2;  // a referral that rests on it is open; of an act that names one, that referral
inline constexpr Gates kAwake = 4;     // nobody suspended it, or it was resumed since
inline constexpr Gates kAllGates = kLife | kReferral | kAwake;

struct Row {
  Act act;
  const char* name;
  Gates moves;  // the gate that the act opens or shuts; kNoGate for one that only asks
  bool opens;   // or shuts
  Gates needs;  // answered yes, these were all open at one moment of the call
  // Answered no, one of these was shut at some moment of the call; the one that the act itself opens, by a later act.
  Gates refutes;
  bool may_refuse;  // it has a no at all
};

inline constexpr std::array kActs = {
    Row{Act::kGive, "give", kLife, true, kNoGate, kNoGate, false},
    Row{Act::kWithdraw, "withdraw", kLife, false, kNoGate, kLife, true},
    Row{Act::kSuspend, "suspend", kAwake, false, kLife, kLife, true},
    Row{Act::kResume, "resume", kAwake, true, kLife | kAwake, kLife | kAwake, true},
    Row{Act::kOpen, "open", kReferral, true, kLife | kReferral, kLife | kReferral, true},
    Row{Act::kClose, "close", kReferral, false, kNoGate, kNoGate, false},
    Row{Act::kCheck, "check", kNoGate, false, kAllGates, kAllGates, true},
    Row{Act::kRead, "read", kNoGate, false, kAllGates, kAllGates, true},
    Row{Act::kLook, "look", kNoGate, false, kLife | kAwake, kLife, true},
};

inline constexpr const Row& RowOf(Act act) {
  for (const Row& row : kActs) {
    if (row.act == act) return row;
  }
  return kActs.front();  // every act has a row: checker_test
}

enum class Outcome {
  kUnknown,    // killed, cut off, too late: it may happen at any time from its beginning on, or never
  kYes,        // done, or permitted
  kNo,         // refused, without effect; or denied
  kSuspended,  // of a look: suspended
  kEnded,      // of a look: withdrawn, for good
};

inline constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

// Ranks order the acts that move one gate: of those carried out, the one of the highest rank rules, in whatever order
// they arrived or were answered. Of a referral's openings and closings it is the sequence. Of suspensions and
// resumptions it is the consent's revision, which the etag names that each answers: two revisions of one consent never
// race. A resumption names the revision it builds on, so its own is known, also where its answer was lost. A suspension
// without an answer may be the last of all; nothing comes after a withdrawal.
inline constexpr int64_t kGiveRank = 1;
inline constexpr int64_t kFinalRank = std::numeric_limits<int64_t>::max();

struct Operation {
  Act act = Act::kLook;
  Outcome outcome = Outcome::kUnknown;
  uint32_t consent = 0;   // its place in History::standing
  uint32_t referral = 0;  // of an act that moves kReferral
  int64_t rank = 0;       // of an act that moves a gate; of a look, the revision seen
  int64_t began_ns = 0;
  int64_t ended_ns = kNever;  // when the answer was there; kNever where the outcome is not known
};

struct History {
  std::vector<bool> standing;  // by consent: good without a referral
  std::vector<Operation> operations;
};

}  // namespace nwd::linearizability
