// What a referral rests on: a consent or an authority, exactly one of the two. Values only; thread-safe.
#pragma once

#include <string>

#include "services/referral/storage.pb.h"

namespace nwd::referral {

struct Basis {
  std::string consent_id;
  std::string authority_id;
};

inline Basis BasisOf(const storage::Referral& referral) { return {referral.consent_id(), referral.authority_id()}; }

// The id of whichever it is.
inline const std::string& BasisIdOf(const storage::Referral& referral) {
  return referral.consent_id().empty() ? referral.authority_id() : referral.consent_id();
}

// Under a consent the receiver's access opens and closes with the referral. What an authority permits never depends on
// one.
inline bool HasGrant(const storage::Referral& referral) { return !referral.consent_id().empty(); }

}  // namespace nwd::referral
