#include "services/consent/notice_service.h"

#include <algorithm>
#include <utility>

#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/receipt/envelope.h"
#include "common/receipt/notice_answer.h"
#include "common/tokens/page.h"
#include "services/consent/cited_basis.h"
#include "services/consent/code_rows.h"
#include "services/consent/consent_rows.h"
#include "services/consent/limits.h"
#include "services/consent/notice_steps.h"
#include "services/consent/notice_ties.h"
#include "services/consent/reasons.h"
#include "services/consent/receipts.h"

namespace nwd::consent {
namespace {

constexpr std::string_view kFeed = "notices";
constexpr std::string_view kBareBasis = "notice-basis";
// A page token is a cursor too, good for the list it was given for.
std::string_view ListName(const v1::ListNoticesRequest& request) {
  return request.open_only() ? "notices/open" : "notices/all";
}

std::string ReceiptData(const storage::Notice& notice) { return Cat("notice-receipt/", notice.notice_id()); }

notices::Which Listed(const v1::ListNoticesRequest& request) {
  return request.open_only() ? notices::Which::kOpen : notices::Which::kAll;
}

}  // namespace

absl::StatusOr<NoticeService::Page> NoticeService::PageAfter(const store::Reader& reader, const ties::Asker& asker,
                                                             uint64_t after, int page_size, notices::Which which) {
  NWD_ASSIGN_OR_RETURN(notices::Listed listed, notices::After(reader, asker.organisation_id, after, page_size, which));
  Page page;
  page.last = listed.last;
  page.more = listed.more;
  for (notices::Numbered& numbered : listed.found) {
    NWD_ASSIGN_OR_RETURN(
        const bool shown,
        notices::IsShownTo(reader, asker, consents::IdOf(numbered.notice.person_id()), numbered.notice.type()));
    if (shown) page.shown.push_back(std::move(numbered));
  }
  return page;
}

absl::StatusOr<std::optional<notices::Numbered>> NoticeService::Find(const store::Reader& reader,
                                                                     const ties::Asker& asker,
                                                                     const ids::Uuid& notice_id) {
  NWD_ASSIGN_OR_RETURN(std::optional<notices::Numbered> numbered,
                       notices::Find(reader, asker.organisation_id, notice_id));
  const ids::Uuid person_id = numbered.has_value() ? consents::IdOf(numbered->notice.person_id()) : ids::Uuid();
  const v1::NoticeType type = numbered.has_value() ? numbered->notice.type() : v1::NOTICE_TYPE_UNSPECIFIED;
  NWD_ASSIGN_OR_RETURN(const bool shown, notices::IsShownTo(reader, asker, person_id, type));
  if (!shown) numbered.reset();
  return numbered;
}

NoticeService::NoticeService(const Parts& parts, crypto::SigningKey key)
    : parts_(parts), key_(std::move(key)), key_id_(receipt::KeyIdOf(key_.verifying_key())) {}

void NoticeService::Register(rpc::Router& router) {
  router.Stream(this, &NoticeService::WatchNotices);
  router.Unary(this, &NoticeService::AcknowledgeNotice);
  router.Unary(this, &NoticeService::ListNotices);
  router.Unary(this, &NoticeService::ListOverdueNotices);
}

async::Task<absl::Status> NoticeService::WatchNotices(rpc::Call& call, const v1::WatchNoticesRequest& request,
                                                      rpc::Writer<v1::WatchNoticesResponse>& writer) {
  call.ProveTie(common::v1::TIE_SELF);
  const ids::Uuid recipient = OrganisationOf(call);
  NWD_CO_ASSIGN_OR_RETURN(uint64_t after,
                          tokens::OpenCursor(parts_.tokens, kFeed, call.organisation_id(), request.cursor()));
  const std::shared_ptr<async::Signal> bell = parts_.notice_bells.Of(recipient);
  while (true) {
    NWD_CO_RETURN_IF_ERROR(call.CheckAlive());
    NWD_CO_RETURN_IF_ERROR(call.StillAdmitted());
    const uint64_t seen = bell->Count();
    auto body = [&](const store::Reader& reader) {
      return PageAfter(reader, ties::AskerOf(call), after, kWatchBatch, notices::Which::kWatched);
    };
    NWD_CO_ASSIGN_OR_RETURN(const Page page, co_await parts_.store.View(body));
    for (const notices::Numbered& numbered : page.shown) {
      v1::WatchNoticesResponse response;
      response.set_cursor(tokens::SealCursor(parts_.tokens, kFeed, call.organisation_id(), numbered.sequence));
      *response.mutable_notice() = Show(recipient, numbered);
      // As it was when sent.
      response.mutable_notice()->clear_answer();
      response.mutable_notice()->clear_answer_time();
      response.mutable_notice()->clear_escalate_time();
      NWD_CO_RETURN_IF_ERROR(co_await writer.Write(response));
    }
    const bool nothing_new = page.last == after;
    after = page.last;
    if (nothing_new) {
      co_await bell->WaitPast(seen, std::min(absl::Now() + kWatchLook, call.deadline()));
    }
  }
}

async::Task<absl::StatusOr<v1::AcknowledgeNoticeResponse>> NoticeService::AcknowledgeNotice(
    rpc::Call& call, const v1::AcknowledgeNoticeRequest& request) {
  const ties::Asker asker = ties::AskerOf(call);
  const ids::Uuid notice_id = IdIn(request.notice_id());
  auto look = [&](const store::Reader& reader) { return Find(reader, asker, notice_id); };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<notices::Numbered> seen, co_await parts_.store.View(look));
  if (!seen.has_value()) co_return status::Denied();
  call.ProveTie(common::v1::TIE_NOTICE_RECIPIENT);

  status::Violations violations;
  const bool retained = request.answer() == v1::NOTICE_ANSWER_RETAINED;
  if (!notices::CanAnswer(seen->notice.type(), request.answer())) {
    violations.Add("answer", Cat("is no answer to this notice; it takes ", notices::AnswersTo(seen->notice.type())));
  }
  if (retained && request.retained_basis().empty())
    violations.Add("retained_basis", "is required with RETAINED: the other lawful basis");
  if (!retained && !request.retained_basis().empty()) violations.Add("retained_basis", "goes with RETAINED only");
  NWD_CO_RETURN_IF_ERROR(violations.ToStatus());

  NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key,
                          co_await KeyOrNull(parts_, consents::IdOf(seen->notice.person_id())));
  const absl::Time now = call.Now();
  const AnswerGiven given{request, now, DrawUp(request, OrganisationOf(call), seen->notice, now)};
  auto body = [&](store::Txn& txn) -> absl::StatusOr<v1::AcknowledgeNoticeResponse> {
    NWD_ASSIGN_OR_RETURN(std::optional<notices::Numbered> numbered, Find(txn, asker, notice_id));
    if (!numbered.has_value()) return status::Denied();
    auto once = [&] { return Answer(txn, call, given, *numbered, key); };
    return parts_.requests.Once<v1::AcknowledgeNoticeResponse>(txn, call, request, once);
  };
  NWD_CO_ASSIGN_OR_RETURN(v1::AcknowledgeNoticeResponse response, co_await parts_.store.Update(body, call.deadline()));
  NWD_CO_RETURN_IF_ERROR(co_await HandOut(asker, notice_id, key, response));
  co_return response;
}

std::string NoticeService::DrawUp(const v1::AcknowledgeNoticeRequest& request, const ids::Uuid& recipient,
                                  const storage::Notice& notice, absl::Time now) const {
  receipt::NoticeAnswer answer;
  answer.receipt_id = ids::Uuid::Random().ToString();
  answer.notice_id = ShownId(notice.notice_id());
  answer.type = notice.type();
  answer.consent_id = ShownId(notice.consent_id());
  answer.authority_id = ShownId(notice.authority_id());
  answer.emergency_access_id = ShownId(notice.emergency_access_id());
  answer.disclosures = notice.disclosure_count();
  answer.sent = FromMicros(notice.create_time_us());
  answer.due = FromMicros(notice.due_time_us());
  answer.recipient = NamedInReceipt(parts_, recipient);
  answer.answer = request.answer();
  answer.retained_basis = request.retained_basis();
  answer.time = FromMicros(Micros(now));
  return receipt::Write(answer);
}

async::Task<absl::Status> NoticeService::HandOut(const ties::Asker& asker, const ids::Uuid& notice_id,
                                                 const person_keys::PersonKey& key,
                                                 v1::AcknowledgeNoticeResponse& response) const {
  auto look = [&](const store::Reader& reader) { return Find(reader, asker, notice_id); };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<notices::Numbered> answered, co_await parts_.store.View(look));
  if (!answered.has_value()) co_return absl::OkStatus();
  const storage::Notice& notice = answered->notice;
  std::string content;
  if (!notice.bare_receipt().empty()) {
    NWD_CO_ASSIGN_OR_RETURN(content, parts_.tokens.Open(ReceiptData(notice), notice.bare_receipt()));
  }
  if (!notice.sealed_receipt().empty()) {
    if (key == nullptr) co_return absl::OkStatus();
    absl::StatusOr<std::string> opened = key->Open(notice.sealed_receipt(), ReceiptData(notice));
    if (!opened.ok()) co_return Corrupt(parts_, "the receipt of an answer", opened.status());
    content = *std::move(opened);
  }
  if (content.empty()) co_return absl::OkStatus();
  response.set_signature(key_.Sign(content));
  response.set_content(std::move(content));
  response.set_key_id(key_id_);
  response.set_public_key(key_.verifying_key().raw());
  co_return absl::OkStatus();
}

// Of a person who was erased under the service's own key: they can no longer be named by it, and whoever keeps something of
// them is to have said on which basis.
void NoticeService::Keep(const v1::AcknowledgeNoticeRequest& request, const std::string& receipt,
                         const person_keys::PersonKey& key, storage::Notice& notice) const {
  const std::string& basis = request.retained_basis();
  if (key == nullptr) {
    notice.set_bare_receipt(parts_.tokens.Seal(ReceiptData(notice), receipt));
    if (!basis.empty()) notice.set_bare_retained_basis(parts_.tokens.Seal(kBareBasis, basis));
    return;
  }
  notice.set_sealed_receipt(key->Seal(receipt, ReceiptData(notice)));
  if (!basis.empty()) notices::SealRetainedBasis(*key, basis, notice);
}

std::string NoticeService::BasisOf(const storage::Notice& notice, const person_keys::PersonKey& key) const {
  if (notice.bare_retained_basis().empty()) return notices::OpenRetainedBasis(key.get(), notice);
  return parts_.tokens.Open(kBareBasis, notice.bare_retained_basis()).value_or("");
}

absl::StatusOr<v1::AcknowledgeNoticeResponse> NoticeService::Answer(store::Txn& txn, const rpc::Call& call,
                                                                    const AnswerGiven& given,
                                                                    notices::Numbered numbered,
                                                                    const person_keys::PersonKey& key) const {
  const v1::AcknowledgeNoticeRequest& request = given.request;
  storage::Notice& notice = numbered.notice;
  v1::AcknowledgeNoticeResponse response;
  if (notice.answer() != v1::NOTICE_ANSWER_UNSPECIFIED) {
    if (notice.answer() != request.answer() || BasisOf(notice, key) != request.retained_basis()) {
      return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kAlreadyAnswered,
                           "the notice has been answered otherwise; an answer stands");
    }
  } else {
    notice.set_answer(request.answer());
    notice.set_answer_time_us(Micros(given.now));
    Keep(request, given.receipt, key, notice);
    NWD_RETURN_IF_ERROR(notices::PutAnswered(txn, OrganisationOf(call), numbered));
    storage::Deed deed = DeedOf(call);
    deed.set_notice_id(notice.notice_id());
    deed.set_consent_id(notice.consent_id());
    deed.set_authority_id(notice.authority_id());
    deed.set_emergency_access_id(notice.emergency_access_id());
    deed.set_answer(notice.answer());
    Record(parts_, txn, "notice.answered", given.now, consents::IdOf(notice.person_id()), key, deed);
  }
  *response.mutable_answer_time() = MicrosToTimestamp(notice.answer_time_us());
  return response;
}

async::Task<absl::StatusOr<v1::ListNoticesResponse>> NoticeService::ListNotices(rpc::Call& call,
                                                                                const v1::ListNoticesRequest& request) {
  call.ProveTie(common::v1::TIE_SELF);
  const ids::Uuid recipient = OrganisationOf(call);
  NWD_CO_ASSIGN_OR_RETURN(
      const uint64_t after,
      tokens::OpenCursor(parts_.tokens, ListName(request), call.organisation_id(), request.page_token(), "page_token"));
  const int page_size = tokens::PageSize(request.page_size());
  auto body = [&](const store::Reader& reader) {
    return PageAfter(reader, ties::AskerOf(call), after, page_size, Listed(request));
  };
  NWD_CO_ASSIGN_OR_RETURN(const Page page, co_await parts_.store.View(body));
  v1::ListNoticesResponse response;
  if (page.more) {
    response.set_next_page_token(
        tokens::SealCursor(parts_.tokens, ListName(request), call.organisation_id(), page.last));
  }
  for (const notices::Numbered& numbered : page.shown) {
    const ids::Uuid person_id = consents::IdOf(numbered.notice.person_id());
    v1::Notice& shown = *response.add_notices();
    shown = Show(recipient, numbered);
    if (!numbered.notice.code_seed().empty()) {
      NWD_CO_ASSIGN_OR_RETURN(*shown.mutable_code(), co_await CodeOf(numbered.notice, call.Now()));
    }
    const bool names_one =
        !numbered.notice.sealed_retained_basis().empty() || !numbered.notice.bare_retained_basis().empty();
    if (!names_one) continue;
    NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key, co_await KeyOrNull(parts_, person_id));
    shown.set_retained_basis(BasisOf(numbered.notice, key));
  }
  co_return response;
}

v1::Notice NoticeService::Show(const ids::Uuid& recipient, const notices::Numbered& numbered) const {
  v1::Notice shown = notices::Show(numbered.notice, parts_.references.ReferenceOf(recipient, numbered.known_as));
  const std::string& other = numbered.notice.other_person_id();
  if (!other.empty()) shown.set_other_person_ref(parts_.references.ReferenceOf(recipient, consents::IdOf(other)));
  return shown;
}

async::Task<absl::StatusOr<v1::ListOverdueNoticesResponse>> NoticeService::ListOverdueNotices(
    rpc::Call& call, const v1::ListOverdueNoticesRequest& request) {
  const std::string scope = tokens::PageScope(call.organisation_id(), request);
  NWD_CO_ASSIGN_OR_RETURN(const std::string from, tokens::PageStart(parts_.tokens, scope, request));
  auto body = [&](const store::Reader& reader) -> absl::StatusOr<v1::ListOverdueNoticesResponse> {
    NWD_ASSIGN_OR_RETURN(const notices::OverduePage page, notices::ListOverdue(reader, parts_.organisations, from,
                                                                               tokens::PageSize(request.page_size())));
    v1::ListOverdueNoticesResponse response;
    for (const notices::Overdue& overdue : page.listed) {
      const storage::Notice& notice = overdue.notice;
      v1::OverdueNotice& shown = *response.add_notices();
      shown.set_notice_id(ShownId(notice.notice_id()));
      shown.set_type(notice.type());
      shown.set_recipient_organisation_id(overdue.recipient_id.ToString());
      *shown.mutable_create_time() = MicrosToTimestamp(notice.create_time_us());
      *shown.mutable_due_time() = MicrosToTimestamp(notice.due_time_us());
      *shown.mutable_escalate_time() = MicrosToTimestamp(notice.escalate_time_us());
      shown.set_reminders(notice.reminders());
      shown.set_unable_to_answer(!overdue.can_be_answered);
    }
    if (!page.next.empty()) response.set_next_page_token(parts_.tokens.Seal(scope, page.next));
    return response;
  };
  co_return co_await parts_.store.View(body);
}

async::Task<absl::StatusOr<std::string>> NoticeService::CodeOf(const storage::Notice& notice, absl::Time now) const {
  const ids::Uuid consent_id = consents::IdOf(notice.consent_id());
  auto body = [&](const store::Reader& reader) { return codes::OfConsent(reader, consent_id); };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<storage::OneTimeCode> code, co_await parts_.store.View(body));
  co_return codes::ServesStill(code, notice.code_seed(), now) ? parts_.codes.CodeOf(notice.code_seed()) : "";
}

}  // namespace nwd::consent
