#include "deploy/demo/world.h"

#include <thread>

#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/base/macros.h"

namespace nwd::demo {
namespace {

constexpr int kAtOnce = 8;
constexpr absl::Duration kFirstPause = absl::Milliseconds(2);
constexpr absl::Duration kLongestPause = absl::Milliseconds(100);

}  // namespace

std::string World::SlugOf(const std::string& organisation_id) const {
  for (const auto& [slug, id] : ids_) {
    if (id == organisation_id) return slug;
  }
  return "";
}

absl::Status World::Explain(std::string_view as, const google::protobuf::Message& request,
                            const absl::Status& status) const {
  absl::Status explained(status.code(), Cat(as, ", ", request.GetDescriptor()->name(), ": ", status.message()));
  status.ForEachPayload(
      [&](absl::string_view type, const absl::Cord& payload) { explained.SetPayload(type, payload); });
  return explained;
}

absl::StatusOr<referral::v1::TransitionReferralResponse> World::Move(Case& referral, std::string_view as,
                                                                     referral::v1::TransitionReferralRequest request) {
  request.set_referral_id(referral.referral_id);
  request.set_etag(referral.etag);
  auto moved = Call<referral::v1::TransitionReferralResponse>(as, request);
  if (!moved.ok()) {
    const auto& action = referral::v1::ReferralAction_Name(request.action());
    return absl::Status(moved.status().code(), Cat(action, " from ", referral::v1::ReferralState_Name(referral.state),
                                                   ": ", moved.status().message()));
  }
  referral.etag = moved->etag();
  referral.state = moved->state();
  return moved;
}

absl::Status World::Move(Case& referral, std::string_view as, referral::v1::ReferralAction action) {
  referral::v1::TransitionReferralRequest request;
  request.set_action(action);
  return Move(referral, as, std::move(request)).status();
}

absl::Status World::StartWatching() {
  for (const std::string& slug : Registrars()) {
    NWD_ASSIGN_OR_RETURN(rpc::Client* const client, clients_.As(slug, "referral"));
    referral_watchers_[slug] = std::make_unique<ReferralWatcher>(*client);
  }
  for (const std::string& slug : Receivers()) {
    NWD_ASSIGN_OR_RETURN(rpc::Client* const client, clients_.As(slug, "consent"));
    notice_watchers_[slug] = std::make_unique<NoticeWatcher>(*client);
  }
  return absl::OkStatus();
}

void World::StopWatching() {
  referral_watchers_.clear();
  notice_watchers_.clear();
}

absl::Status InParallel(size_t count, const std::function<absl::Status(int)>& body) {
  std::atomic<size_t> next = 0;
  absl::Mutex mutex;
  absl::Status first;
  const auto work = [&] {
    for (size_t i = next++; i < count; i = next++) {
      absl::Status status = body(static_cast<int>(i));
      if (status.ok()) continue;
      absl::MutexLock lock(&mutex);
      first.Update(status);
      next = count;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < kAtOnce; ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  return first;
}

absl::Status Soon(std::string_view what, const std::function<absl::StatusOr<bool>()>& holds) {
  const absl::Time deadline = absl::Now() + kPatience;
  absl::Duration pause = kFirstPause;
  while (true) {
    NWD_ASSIGN_OR_RETURN(const bool now, holds());
    if (now) return absl::OkStatus();
    if (absl::Now() > deadline)
      return Unexpected(what, Cat("it within ", absl::FormatDuration(kPatience)), "it never came");
    absl::SleepFor(pause);
    pause = std::min(pause * 2, kLongestPause);
  }
}

absl::Status Unexpected(std::string_view what, std::string_view expected, std::string_view seen) {
  return absl::FailedPreconditionError(Cat(what, ": expected ", expected, ", saw ", seen));
}

absl::Status Refused(std::string_view what, const absl::Status& seen, absl::StatusCode expected) {
  if (seen.code() == expected) return absl::OkStatus();
  return Unexpected(what, absl::StatusCodeToString(expected).c_str(), seen.ToString());
}

absl::Status Holds(std::string_view what, bool holds) {
  return holds ? absl::OkStatus() : absl::FailedPreconditionError(Cat("this does not hold: ", what));
}

std::string_view ShapeName(Shape shape) {
  switch (shape) {
    case Shape::kBroad:
      return "for referral";
    case Shape::kLimited:
      return "limited to two organisations";
    case Shape::kStanding:
      return "standing";
    case Shape::kRefused:
      return "refused";
    case Shape::kDeferred:
      return "deferred";
    case Shape::kSelfCaptured:
      return "captured by its recipient";
  }
  return "";
}

google::protobuf::Timestamp ToProto(absl::Time time) {
  google::protobuf::Timestamp proto;
  const int64_t nanos = absl::ToUnixNanos(time);
  proto.set_seconds(nanos / 1'000'000'000);
  proto.set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
  return proto;
}

}  // namespace nwd::demo
