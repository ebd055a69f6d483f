// RecordService's notices: what a recipient must be told, in order, none skipped, until it has answered. A resident
// channel is told of the people it acts for now: who left it is nobody to it, also in what it was sent before. The
// numbers of what it is not shown stay taken, so its cursors go on, and who comes back finds it in the list.
//
// An answer leaves a receipt (common/receipt/notice_answer.h), in the bytes that are signed whenever it is handed out.
//
// Handlers, on any of the server's queues, many at once; errors are those that the proto says.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/crypto/sign.h"
#include "common/rpc/router.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "services/consent/notice_rows.h"
#include "services/consent/parts.h"
#include "services/consent/ties.h"

namespace nwd::consent {

class NoticeService {
 public:
  // `key` signs the receipts of answers: the one that signs all receipts.
  NoticeService(const Parts& parts, crypto::SigningKey key);
  void Register(rpc::Router& router);

  async::Task<absl::Status> WatchNotices(rpc::Call& call, const v1::WatchNoticesRequest& request,
                                         rpc::Writer<v1::WatchNoticesResponse>& writer);
  async::Task<absl::StatusOr<v1::AcknowledgeNoticeResponse>> AcknowledgeNotice(
      rpc::Call& call, const v1::AcknowledgeNoticeRequest& request);
  async::Task<absl::StatusOr<v1::ListNoticesResponse>> ListNotices(rpc::Call& call,
                                                                   const v1::ListNoticesRequest& request);
  async::Task<absl::StatusOr<v1::ListOverdueNoticesResponse>> ListOverdueNotices(
      rpc::Call& call, const v1::ListOverdueNoticesRequest& request);

 private:
  // Of the notices after a number, those among the first so many that are the asker's to see now.
  struct Page {
    std::vector<notices::Numbered> shown;
    uint64_t last = 0;  // the number of the last that was looked at, shown or not; the one given where there was none
    bool more = false;  // others come after it
  };
  static absl::StatusOr<Page> PageAfter(const store::Reader& reader, const ties::Asker& asker, uint64_t after,
                                        int page_size, notices::Which which);
  // The notice, where it was sent to the asker and is its to see now. The same rows are read whether or not it is.
  static absl::StatusOr<std::optional<notices::Numbered>> Find(const store::Reader& reader, const ties::Asker& asker,
                                                               const ids::Uuid& notice_id);

  // An answer as it was drawn up, before the body that may keep it.
  struct AnswerGiven {
    const v1::AcknowledgeNoticeRequest& request;
    absl::Time now;
    std::string receipt;  // the bytes that are signed
  };
  std::string DrawUp(const v1::AcknowledgeNoticeRequest& request, const ids::Uuid& recipient,
                     const storage::Notice& notice, absl::Time now) const;
  // The answer itself, within a body; the caller has the tie. `key` is null where the person was erased.
  absl::StatusOr<v1::AcknowledgeNoticeResponse> Answer(store::Txn& txn, const rpc::Call& call, const AnswerGiven& given,
                                                       notices::Numbered numbered,
                                                       const person_keys::PersonKey& key) const;
  // Keeps an answer's words with the notice.
  void Keep(const v1::AcknowledgeNoticeRequest& request, const std::string& receipt, const person_keys::PersonKey& key,
            storage::Notice& notice) const;
  // The lawful basis that the recipient named; empty where none was, or where it can no longer be read.
  std::string BasisOf(const storage::Notice& notice, const person_keys::PersonKey& key) const;
  // Adds the receipt that was kept with the answer, signed; nothing where it can no longer be read.
  async::Task<absl::Status> HandOut(const ties::Asker& asker, const ids::Uuid& notice_id,
                                    const person_keys::PersonKey& key, v1::AcknowledgeNoticeResponse& response) const;

  v1::Notice Show(const ids::Uuid& recipient, const notices::Numbered& numbered) const;
  // The code that the person is to be sent; empty where it can no longer be used.
  async::Task<absl::StatusOr<std::string>> CodeOf(const storage::Notice& notice, absl::Time now) const;

  const Parts& parts_;
  const crypto::SigningKey key_;
  const std::string key_id_;
};

}  // namespace nwd::consent
