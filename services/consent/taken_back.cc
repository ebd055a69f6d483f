#include "services/consent/taken_back.h"

namespace nwd::consent {
namespace {

constexpr TakenBack kRows[] = {
    {ConsentEvent::kRefuse, v1::NOTICE_TYPE_UNSPECIFIED},      {ConsentEvent::kSuspend, v1::NOTICE_TYPE_SUSPENSION},
    {ConsentEvent::kWithdraw, v1::NOTICE_TYPE_WITHDRAWAL},     {ConsentEvent::kRevoke, v1::NOTICE_TYPE_REVOCATION},
    {ConsentEvent::kInvalidate, v1::NOTICE_TYPE_INVALIDATION}, {ConsentEvent::kSupersede, v1::NOTICE_TYPE_UNSPECIFIED},
};

constexpr EndedAgain kEnds[] = {
    {AuthorityEvent::kEnd, v1::NOTICE_TYPE_UNSPECIFIED},
    {AuthorityEvent::kObject, v1::NOTICE_TYPE_OBJECTION},
    {AuthorityEvent::kOverturn, v1::NOTICE_TYPE_OVERTURN},
};

}  // namespace

std::optional<TakenBack> TakenBackBy(const common::v1::ConsentChange& change) {
  for (const TakenBack& row : kRows) {
    if (StateName(StateAfter(row.event)) == change.state()) return row;
  }
  return std::nullopt;
}

std::optional<EndedAgain> EndedBy(const common::v1::AuthorityChange& change) {
  for (const EndedAgain& row : kEnds) {
    if (StateName(*Next(v1::AUTHORITY_STATE_ACTIVE, row.event)) == change.state()) return row;
  }
  return std::nullopt;
}

bool BelongsInLedger(const common::v1::Change& change) {
  switch (change.detail_case()) {
    case common::v1::Change::kConsent:
      return TakenBackBy(change.consent()).has_value();
    case common::v1::Change::kAuthority:
      return EndedBy(change.authority()).has_value();
    case common::v1::Change::kPerson:
      return change.person().type() == common::v1::PersonChange::TYPE_ERASED;
    case common::v1::Change::kRestriction:
      return true;  // a lift too, so that what is restricted again is what was in the end
    default:
      return false;
  }
}

}  // namespace nwd::consent
