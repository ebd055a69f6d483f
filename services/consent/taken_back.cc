#include "services/consent/taken_back.h"

#include <iterator>

#include "common/base/strings.h"

namespace nwd::consent {
namespace {

struct Row {
  ConsentEvent event;
  v1::NoticeType notice;
};
constexpr Row kRows[] = {
    {ConsentEvent::kSuspend, v1::NOTICE_TYPE_SUSPENSION},    {ConsentEvent::kWithdraw, v1::NOTICE_TYPE_WITHDRAWAL},
    {ConsentEvent::kRevoke, v1::NOTICE_TYPE_REVOCATION},     {ConsentEvent::kInvalidate, v1::NOTICE_TYPE_INVALIDATION},
    {ConsentEvent::kSupersede, v1::NOTICE_TYPE_UNSPECIFIED},
};

}  // namespace

std::optional<TakenBack> TakenBackBy(const common::v1::ConsentChange& change) {
  for (const Row& row : kRows) {
    if (StateName(StateAfter(row.event)) == change.state()) return TakenBack{row.event, row.notice};
  }
  return std::nullopt;
}

std::optional<AuthorityState> EndedBy(const common::v1::AuthorityChange& change) {
  AuthorityState state;
  if (!v1::AuthorityState_Parse(Cat("AUTHORITY_STATE_", change.state()), &state) || !IsOver(state)) return std::nullopt;
  return state;
}

bool BelongsInLedger(const common::v1::Change& change) {
  switch (change.detail_case()) {
    case common::v1::Change::kConsent:
      return TakenBackBy(change.consent()).has_value();
    case common::v1::Change::kAuthority:
      return EndedBy(change.authority()).has_value();
    case common::v1::Change::kPerson:
      return change.person().type() == common::v1::PersonChange::TYPE_ERASED;
    default:
      return false;
  }
}

}  // namespace nwd::consent
