#include "deploy/demo/answers.h"

#include "common/base/macros.h"

namespace nwd::demo {

namespace v1 = consent::v1;

absl::StatusOr<int> AnswerNotices(World& world, std::string_view slug,
                                  const std::function<bool(const v1::Notice&)>& meant, v1::NoticeAnswer answer) {
  v1::ListNoticesRequest list;
  list.set_open_only(true);
  list.set_page_size(500);
  NWD_ASSIGN_OR_RETURN(const auto open, world.Call<v1::ListNoticesResponse>(slug, list));
  int answered = 0;
  for (const v1::Notice& notice : open.notices()) {
    if (!meant(notice)) continue;
    v1::AcknowledgeNoticeRequest request;
    request.set_notice_id(notice.notice_id());
    request.set_answer(answer);
    NWD_RETURN_IF_ERROR(world.Call<v1::AcknowledgeNoticeResponse>(slug, request).status());
    ++answered;
  }
  return answered;
}

}  // namespace nwd::demo
