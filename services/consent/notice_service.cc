#include "services/consent/notice_service.h"

#include <algorithm>
#include <utility>

#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "services/consent/code_rows.h"
#include "services/consent/consent_rows.h"
#include "services/consent/limits.h"
#include "services/consent/reasons.h"

namespace nwd::consent {
namespace {

constexpr std::string_view kFeed = "notices";
// A page token is a cursor too, good for the list it was given for.
std::string_view ListName(const v1::ListNoticesRequest& request) {
  return request.open_only() ? "notices/open" : "notices/all";
}

std::string AssociatedData(const storage::Notice& notice) { return Cat("notice-basis/", notice.notice_id()); }

// The lawful basis that the recipient named; empty where none was, or where it can no longer be read.
std::string BasisOf(const storage::Notice& notice, const person_keys::PersonKey& key) {
  if (key == nullptr || notice.sealed_retained_basis().empty()) return "";
  return key->Open(notice.sealed_retained_basis(), AssociatedData(notice)).value_or("");
}

// Whether a notice about this person is the asker's to see now. An agency answers for what it had, whoever holds the
// person.
absl::StatusOr<bool> IsShownTo(const store::Reader& reader, const ties::Asker& asker, const ids::Uuid& person_id) {
  if (!asker.is_channel) return true;
  return ties::HasPerson(reader, asker, person_id);
}

}  // namespace

absl::StatusOr<NoticeService::Page> NoticeService::PageAfter(const store::Reader& reader, const ties::Asker& asker,
                                                             uint64_t after, int page_size, bool open_only) {
  NWD_ASSIGN_OR_RETURN(std::vector<notices::Numbered> found,
                       notices::After(reader, asker.organisation_id, after, page_size + 1, open_only));
  Page page;
  page.more = static_cast<int>(found.size()) > page_size;
  if (page.more) found.resize(static_cast<size_t>(page_size));
  page.last = found.empty() ? after : found.back().sequence;
  for (notices::Numbered& numbered : found) {
    NWD_ASSIGN_OR_RETURN(const bool shown, IsShownTo(reader, asker, consents::IdOf(numbered.notice.person_id())));
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
  NWD_ASSIGN_OR_RETURN(const bool shown, IsShownTo(reader, asker, person_id));
  if (!shown) numbered.reset();
  return numbered;
}

void NoticeService::Register(rpc::Router& router) {
  router.Stream(this, &NoticeService::WatchNotices);
  router.Unary(this, &NoticeService::AcknowledgeNotice);
  router.Unary(this, &NoticeService::ListNotices);
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
      return PageAfter(reader, ties::AskerOf(call), after, kWatchBatch, /*open_only=*/false);
    };
    NWD_CO_ASSIGN_OR_RETURN(const Page page, co_await parts_.store.View(body));
    for (const notices::Numbered& numbered : page.shown) {
      v1::WatchNoticesResponse response;
      response.set_cursor(tokens::SealCursor(parts_.tokens, kFeed, call.organisation_id(), numbered.sequence));
      *response.mutable_notice() =
          notices::Show(numbered.notice, parts_.references.ReferenceOf(recipient, numbered.known_as));
      // As it was when sent.
      response.mutable_notice()->clear_answer();
      response.mutable_notice()->clear_answer_time();
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
  auto body = [&](store::Txn& txn) -> absl::StatusOr<v1::AcknowledgeNoticeResponse> {
    NWD_ASSIGN_OR_RETURN(std::optional<notices::Numbered> numbered, Find(txn, asker, notice_id));
    if (!numbered.has_value()) return status::Denied();
    auto once = [&] { return Answer(txn, call, request, *numbered, key); };
    return parts_.requests.Once<v1::AcknowledgeNoticeResponse>(txn, call, request, once);
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

absl::StatusOr<v1::AcknowledgeNoticeResponse> NoticeService::Answer(store::Txn& txn, const rpc::Call& call,
                                                                    const v1::AcknowledgeNoticeRequest& request,
                                                                    notices::Numbered numbered,
                                                                    const person_keys::PersonKey& key) const {
  storage::Notice& notice = numbered.notice;
  v1::AcknowledgeNoticeResponse response;
  if (notice.answer() != v1::NOTICE_ANSWER_UNSPECIFIED) {
    if (notice.answer() != request.answer() || BasisOf(notice, key) != request.retained_basis()) {
      return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kAlreadyAnswered,
                           "the notice has been answered otherwise; an answer stands");
    }
  } else {
    if (request.answer() == v1::NOTICE_ANSWER_RETAINED && key == nullptr) {
      return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kErased,
                           "the person was erased; nothing about them can be retained here");
    }
    notice.set_answer(request.answer());
    notice.set_answer_time_us(Micros(call.Now()));
    if (!request.retained_basis().empty()) {
      notice.set_sealed_retained_basis(key->Seal(request.retained_basis(), AssociatedData(notice)));
    }
    notices::PutAnswered(txn, OrganisationOf(call), numbered);
    storage::Deed deed = DeedOf(call);
    deed.set_notice_id(notice.notice_id());
    deed.set_consent_id(notice.consent_id());
    deed.set_authority_id(notice.authority_id());
    deed.set_emergency_access_id(notice.emergency_access_id());
    deed.set_answer(notice.answer());
    Record(parts_, txn, "notice.answered", call.Now(), consents::IdOf(notice.person_id()), key, deed);
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
    return PageAfter(reader, ties::AskerOf(call), after, page_size, request.open_only());
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
    shown = notices::Show(numbered.notice, parts_.references.ReferenceOf(recipient, numbered.known_as));
    if (!numbered.notice.code_seed().empty()) {
      NWD_CO_ASSIGN_OR_RETURN(*shown.mutable_code(), co_await CodeOf(numbered.notice, call.Now()));
    }
    if (numbered.notice.sealed_retained_basis().empty()) continue;
    NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key, co_await KeyOrNull(parts_, person_id));
    shown.set_retained_basis(BasisOf(numbered.notice, key));
  }
  co_return response;
}

async::Task<absl::StatusOr<std::string>> NoticeService::CodeOf(const storage::Notice& notice, absl::Time now) const {
  const ids::Uuid consent_id = consents::IdOf(notice.consent_id());
  auto body = [&](const store::Reader& reader) { return codes::OfConsent(reader, consent_id); };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<storage::OneTimeCode> code, co_await parts_.store.View(body));
  co_return codes::ServesStill(code, notice.code_seed(), now) ? parts_.codes.CodeOf(notice.code_seed()) : "";
}

}  // namespace nwd::consent
