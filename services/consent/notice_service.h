// RecordService's notices: what a recipient must be told, in order, none skipped, until it has answered.
//
// Handlers, on any of the server's queues, many at once; errors are those that the proto says.
#pragma once

#include "common/rpc/router.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "services/consent/notice_rows.h"
#include "services/consent/parts.h"

namespace nwd::consent {

class NoticeService {
 public:
  explicit NoticeService(const Parts& parts) : parts_(parts) {}
  void Register(rpc::Router& router);

  async::Task<absl::Status> WatchNotices(rpc::Call& call, const v1::WatchNoticesRequest& request,
                                         rpc::Writer<v1::WatchNoticesResponse>& writer);
  async::Task<absl::StatusOr<v1::AcknowledgeNoticeResponse>> AcknowledgeNotice(
      rpc::Call& call, const v1::AcknowledgeNoticeRequest& request);
  async::Task<absl::StatusOr<v1::ListNoticesResponse>> ListNotices(rpc::Call& call,
                                                                   const v1::ListNoticesRequest& request);

 private:
  // The answer itself, within a body; the caller has the tie. `key` is null where the person was erased.
  absl::StatusOr<v1::AcknowledgeNoticeResponse> Answer(store::Txn& txn, const rpc::Call& call,
                                                       const v1::AcknowledgeNoticeRequest& request,
                                                       notices::Numbered numbered,
                                                       const person_keys::PersonKey& key) const;

  // The code that the person is to be sent; empty where it can no longer be used.
  async::Task<absl::StatusOr<std::string>> CodeOf(const storage::Notice& notice, absl::Time now) const;

  const Parts& parts_;
};

}  // namespace nwd::consent
