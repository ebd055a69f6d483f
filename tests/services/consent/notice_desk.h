// A college that reads under Ada's consents and is told when they end, for tests of notices.
#pragma once

#include <string>
#include <vector>

#include "services/consent/limits.h"
#include "services/consent/notice_service.h"
#include "tests/services/consent/desk.h"

namespace nwd::consent {

// Takes what a watch writes, and cancels the call after `enough` of it.
class Collector : public rpc::RawWriter {
 public:
  Collector(rpc::Call& call, size_t enough) : call_(call), enough_(enough) {}
  async::Task<absl::Status> Write(const google::protobuf::Message& response) override {
    seen.push_back(static_cast<const v1::WatchNoticesResponse&>(response));
    if (seen.size() >= enough_) call_.Cancel();
    co_return absl::OkStatus();
  }
  std::vector<v1::WatchNoticesResponse> seen;

 private:
  rpc::Call& call_;
  const size_t enough_;
};

class NoticeDesk : public ::testing::Test {
 protected:
  NoticeDesk() {
    desk_.Add("lambeth", common::v1::ORGANISATION_KIND_BOROUGH);
    desk_.Add("college", common::v1::ORGANISATION_KIND_COLLEGE);
    desk_.Add("stranger");
    ref_ = desk_.Register("lambeth", "Ada Lovelace");
    college_ref_ = desk_.RefFor("college", ref_, "lambeth");
    desk_.Put("lambeth", ref_, desk_.Skills("bricklaying"));
  }
  // Gives a consent, reads under it `reads` times, withdraws it.
  std::string GiveReadWithdraw(int reads) {
    const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college", "stranger"}));
    for (int i = 0; i < reads; ++i) {
      EXPECT_TRUE(desk_.Read("college", college_ref_, id).ok());
      desk_.clock().Advance(absl::Seconds(1));
    }
    EXPECT_TRUE(desk_.Withdraw("lambeth", id).ok());
    return id;
  }
  std::vector<v1::WatchNoticesResponse> Watch(const std::string& who, const std::string& cursor, size_t enough) {
    const auto& descriptor = *v1::WatchNoticesRequest::descriptor();
    rpc::Call call(testing::MethodOf(descriptor), desk_.RuleOf(descriptor), desk_.clock());
    call.SetFacts(desk_.FactsOf(who));
    call.SetRegistry(&desk_.registry());
    Collector collector(call, enough);
    rpc::Writer<v1::WatchNoticesResponse> writer(collector);
    v1::WatchNoticesRequest request;
    request.set_cursor(cursor);
    ended_ = async::BlockOn(desk_.services().notice().WatchNotices(call, request, writer));
    return collector.seen;
  }
  v1::ListNoticesResponse List(const std::string& who, bool open_only = false) {
    v1::ListNoticesRequest request;
    request.set_open_only(open_only);
    const auto listed = desk_.Ask(desk_.services().notice(), &NoticeService::ListNotices, who, request);
    EXPECT_TRUE(listed.ok()) << listed.status();
    return *listed;
  }
  absl::StatusOr<v1::AcknowledgeNoticeResponse> Answer(const std::string& who, const std::string& id,
                                                       v1::NoticeAnswer answer, const std::string& basis = "") {
    v1::AcknowledgeNoticeRequest request;
    request.set_notice_id(id);
    request.set_answer(answer);
    request.set_retained_basis(basis);
    return desk_.Ask(desk_.services().notice(), &NoticeService::AcknowledgeNotice, who, request);
  }
  Desk desk_;
  std::string ref_, college_ref_;
  absl::Status ended_;
};

}  // namespace nwd::consent
