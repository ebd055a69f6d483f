// People and practitioners type made-up values, in all that the hub takes: what the privacy test then searches for. It
// runs against the world of its program, once.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/base/strings.h"
#include "nwd/consent/v1/person_service.pb.h"
#include "nwd/consent/v1/rights_service.pb.h"
#include "nwd/referral/v1/referral_service.pb.h"
#include "tests/e2e/planted.h"
#include "tests/e2e/world.h"

namespace nwd::e2e {

// An error as its receiver has it: code, text and every detail's bytes.
inline std::string AllOf(const absl::Status& status) {
  std::string all = status.ToString();
  status.ForEachPayload([&](absl::string_view type, const absl::Cord& bytes) {
    all += Cat("\n", StdView(type), " ", std::string(bytes));
  });
  return all;
}

class Privacy : public ::testing::Test {
 protected:
  template <class Response, class Request>
  Response Do(const std::string& who, const Request& request) {
    const absl::StatusOr<Response> response = world_.Call<Response>(who, request);
    EXPECT_TRUE(response.ok()) << request.GetDescriptor()->full_name() << ": " << response.status();
    return response.value_or(Response());
  }

  template <class Response, class Request>
  void Refused(const std::string& who, const Request& request, const rpc::CallOptions& options) {
    rpc::Client& client = world_.ClientOf(who, hub::Clients::ServiceOf(*request.GetDescriptor()));
    const absl::Status status = client.Call<Response>(request, options).status();
    EXPECT_FALSE(status.ok()) << request.ShortDebugString();
    errors_.push_back(AllOf(status));
  }
  template <class Response, class Request>
  void Refused(const std::string& who, const Request& request) {
    Refused<Response>(who, request, {.practitioner = kPractitioner});
  }

  std::string RegisterPlanted(const std::string& who) {
    consent::v1::RegisterPersonRequest request;
    auto& details = *request.mutable_details();
    details.set_full_name(kName);
    details.set_date_of_birth(kBirth);
    details.set_postcode(kPostcode);
    details.set_nino(kNino);
    details.set_nhs_number(kNhsNumber);
    details.set_uln(kUln);
    return Do<consent::v1::RegisterPersonResponse>(who, request).person_ref();
  }

  void PutPlantedRecord(const std::string& person_ref);
  void PlayTheMainJob();
  void PlayWithoutConsent();
  void PlayThroughAChannel();
  void PlayRights();
  // The file, as the person's channel gets it.
  std::string Exported(const std::string& case_id, consent::v1::ExportFormat format);
  void MakeRefusedCalls();
  std::string Move(const std::string& who, referral::v1::ReferralAction action, const std::string& etag,
                   const std::string& text = "") {
    referral::v1::TransitionReferralRequest request;
    request.set_referral_id(referral_id_);
    request.set_etag(etag);
    request.set_action(action);
    request.set_text(text);
    return Do<referral::v1::TransitionReferralResponse>(who, request).etag();
  }
  // All that a service feeds to another.
  std::string FeedOf(const std::string& service);

  World& world_ = World::Get();
  World::Consented consented_;
  std::string referral_id_;
  std::string receivers_ref_, channels_ref_;
  std::vector<std::string> codes_;  // one-time codes that were handed out
  std::vector<std::string> errors_;
};

}  // namespace nwd::e2e
