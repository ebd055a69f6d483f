// What of the change feed takes something back for good or for now: that goes into the off-host ledger, and is done again
// when a backup is restored (restoring.h). Pure functions.
#pragma once

#include <optional>

#include "nwd/common/v1/change_service.pb.h"
#include "nwd/consent/v1/notice.pb.h"
#include "services/consent/authority_states.h"
#include "services/consent/consent_states.h"

namespace nwd::consent {

// How a consent is taken out of force before its time, or refused, and who is told of it by its end.
struct TakenBack {
  ConsentEvent event;
  v1::NoticeType notice;  // UNSPECIFIED: nobody
};
// Nothing where the consent was not.
std::optional<TakenBack> TakenBackBy(const common::v1::ConsentChange& change);

// How an authority ended by somebody's act, and who is told of it then.
struct EndedAgain {
  AuthorityEvent event;
  v1::NoticeType notice;  // UNSPECIFIED: nobody
};
// Nothing where it did not.
std::optional<EndedAgain> EndedBy(const common::v1::AuthorityChange& change);

// One of those, or that somebody's record was restricted, or is no longer, or that somebody was erased.
bool BelongsInLedger(const common::v1::Change& change);

}  // namespace nwd::consent
