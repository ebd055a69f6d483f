// What an error looks like outside, code by code and byte by byte.
#include "common/status/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/cord.h"
#include "absl/strings/escaping.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace nwd::status {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kText[] = "IO error: /var/lib/nwd/000012.sst: key 3f0c2c1e8a4b4c2d";

// A detail as it came over the wire; empty where there is none.
template <class Detail>
Detail DetailOf(const google::rpc::Status& wire) {
  Detail detail;
  for (const auto& any : wire.details()) {
    if (any.Is<Detail>()) (void)any.UnpackTo(&detail);
  }
  return detail;
}

std::string Hex(const google::protobuf::Message& message) {
  return absl::BytesToHexString(message.SerializeAsString());
}

struct Outside {
  StatusCode given;
  StatusCode answered;
  std::string reason;
  bool hidden;  // the text is ours
};

const Outside kOutside[] = {
    {StatusCode::kCancelled, StatusCode::kCancelled, "CANCELLED", false},
    {StatusCode::kUnknown, StatusCode::kInternal, "INTERNAL", true},
    {StatusCode::kInvalidArgument, StatusCode::kInvalidArgument, "INVALID_REQUEST", false},
    {StatusCode::kDeadlineExceeded, StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED", false},
    {StatusCode::kNotFound, StatusCode::kNotFound, "NOT_FOUND", false},
    {StatusCode::kAlreadyExists, StatusCode::kAlreadyExists, "ALREADY_EXISTS", false},
    {StatusCode::kPermissionDenied, StatusCode::kPermissionDenied, "DENIED", false},
    {StatusCode::kResourceExhausted, StatusCode::kResourceExhausted, "OVERLOADED", false},
    {StatusCode::kFailedPrecondition, StatusCode::kFailedPrecondition, "FAILED_PRECONDITION", false},
    {StatusCode::kAborted, StatusCode::kAborted, "ABORTED", false},
    {StatusCode::kOutOfRange, StatusCode::kOutOfRange, "OUT_OF_RANGE", false},
    {StatusCode::kUnimplemented, StatusCode::kUnimplemented, "UNIMPLEMENTED", false},
    {StatusCode::kInternal, StatusCode::kInternal, "INTERNAL", true},
    {StatusCode::kUnavailable, StatusCode::kUnavailable, "UNAVAILABLE", true},
    {StatusCode::kDataLoss, StatusCode::kDataLoss, "DATA_LOSS", true},
    {StatusCode::kUnauthenticated, StatusCode::kUnauthenticated, "UNAUTHENTICATED", false},
};

TEST(ToWire, EveryCodeHasItsMeaningItsReasonAndOnlyATextThatCallersMayRead) {
  ASSERT_EQ(std::size(kOutside), 16u) << "every code but OK";
  for (const Outside& outside : kOutside) {
    const absl::Status status(outside.given, kText);
    const google::rpc::Status wire = ToWire(status);
    SCOPED_TRACE(absl::StatusCodeToString(outside.given));
    EXPECT_EQ(wire.code(), static_cast<int>(outside.answered));
    EXPECT_EQ(WireCode(status), outside.answered);
    EXPECT_EQ(IsOurs(status), outside.hidden);
    EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(wire).reason(), outside.reason);
    EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(wire).domain(), "nwd");
    if (outside.hidden) {
      EXPECT_THAT(wire.message(), Not(HasSubstr("/var")));
      EXPECT_NE(wire.message(), "");
    } else {
      EXPECT_EQ(wire.message(), kText);
    }
    EXPECT_EQ(DetailOf<google::rpc::RetryInfo>(wire).retry_delay().seconds(),
              outside.answered == StatusCode::kResourceExhausted ? 1 : 0);
  }
}

TEST(ToWire, OkIsEmpty) { EXPECT_EQ(Hex(ToWire(absl::OkStatus())), ""); }

TEST(ToWire, DetailsOfAnErrorThatIsOursStayInside) {
  const absl::Status status = Error(StatusCode::kDataLoss, "ROW_DAMAGED", kText, {{"file", "000012.sst"}});
  const google::rpc::Status wire = ToWire(status);
  EXPECT_THAT(wire.SerializeAsString(), Not(HasSubstr("000012")));
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(wire).reason(), "DATA_LOSS");
}

TEST(ToWire, AnUnavailableMadeForCallersKeepsItsText) {
  const absl::Status status = Error(StatusCode::kUnavailable, "GOING_DOWN", "connect again");
  EXPECT_FALSE(IsOurs(status));
  EXPECT_EQ(ToWire(status).message(), "connect again");
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(ToWire(status)).reason(), "GOING_DOWN");
}

TEST(ToWire, AReasonAndADelayThatAreThereAreKept) {
  const google::rpc::Status wire = ToWire(Shed("too much", absl::Milliseconds(200)));
  EXPECT_EQ(wire.details_size(), 2);
  EXPECT_EQ(DetailOf<google::rpc::RetryInfo>(wire).retry_delay().nanos(), 200'000'000);
}

TEST(ToWire, WhatIsUsedUpSaysWhyAndUntilWhen) {
  const google::rpc::Status wire =
      ToWire(UsedUp("TOO_MANY_TODAY", "too many", absl::Hours(7) + absl::Milliseconds(200), {{"limit", "20"}}));
  EXPECT_EQ(wire.code(), static_cast<int>(StatusCode::kResourceExhausted));
  EXPECT_EQ(wire.message(), "too many");
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(wire).reason(), "TOO_MANY_TODAY");
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(wire).metadata().at("limit"), "20");
  EXPECT_EQ(DetailOf<google::rpc::RetryInfo>(wire).retry_delay().seconds(), 7 * 3600);
  EXPECT_EQ(DetailOf<google::rpc::RetryInfo>(wire).retry_delay().nanos(), 200'000'000);
}

TEST(ToWire, ErrorInfoComesFirstWhateverElseThereIs) {
  absl::Status status = InvalidField("slug", "is not a slug");
  status.SetPayload("type.googleapis.com/a.b.C", absl::Cord("x"));
  const google::rpc::Status wire = ToWire(status);
  ASSERT_EQ(wire.details_size(), 3);
  EXPECT_EQ(wire.details(0).type_url(), "type.googleapis.com/google.rpc.ErrorInfo");
  EXPECT_EQ(wire.details(1).type_url(), "type.googleapis.com/a.b.C");
  EXPECT_EQ(wire.details(2).type_url(), "type.googleapis.com/google.rpc.BadRequest");
}

TEST(ToWire, DeniedIsTheSameWheneverItIsMade) { EXPECT_EQ(Hex(ToWire(Denied())), Hex(ToWire(Denied()))); }

TEST(FromWire, GivesBackWhatWasSent) {
  const absl::Status status =
      Error(StatusCode::kFailedPrecondition, "WRONG_STATE", "it is DRAFT", {{"state", "DRAFT"}});
  EXPECT_EQ(FromWire(ToWire(status)), status);
  EXPECT_EQ(ReasonOf(FromWire(ToWire(status))), "WRONG_STATE");
}

TEST(Violations, OneOfTheWholeRequestBeginsWithNoName) {
  EXPECT_EQ(InvalidField("slug", "is not a slug").message(), "slug: is not a slug");
  EXPECT_EQ(InvalidField("", "the bytes are not a request").message(), "the bytes are not a request");
}

TEST(Violations, AllAreNamedUpToABound) {
  Violations violations;
  EXPECT_TRUE(violations.ToStatus().ok());
  for (int i = 0; i < 150; ++i) violations.Add("field", "is wrong");
  const google::rpc::Status wire = ToWire(violations.ToStatus());
  EXPECT_EQ(DetailOf<google::rpc::BadRequest>(wire).field_violations_size(), 100);
  EXPECT_THAT(wire.message(), HasSubstr("and 149 more"));
}

TEST(Violations, AreNoMoreThanAClientTakesInATrailer) {
  Violations violations;
  for (int i = 0; i < 90; ++i) {
    violations.Add("terms.recipient_organisation_ids[1000]", "is no organisation of this hub, or has left it");
  }
  const google::rpc::Status wire = ToWire(violations.ToStatus());
  EXPECT_LT(wire.ByteSizeLong() * 4 / 3, 8192u - 1024u) << "as base64, beside what else a trailer has";
  EXPECT_GT(DetailOf<google::rpc::BadRequest>(wire).field_violations_size(), 40);
  EXPECT_THAT(wire.message(), HasSubstr("and 89 more"));
}

// The messages of googleapis, byte by byte: google.rpc.Status {code 1, message 2, details 3}, ErrorInfo {reason 1,
// domain 2, metadata 3}, BadRequest {field_violations 1 {field 1, description 2}}, RetryInfo {retry_delay 1}.
TEST(Golden, ErrorInfo) {
  google::rpc::ErrorInfo info;
  info.set_reason("WHY");
  info.set_domain("nwd");
  (*info.mutable_metadata())["k"] = "v";
  EXPECT_EQ(Hex(info),
            "0a03574859"
            "12036e7764"
            "1a06"
            "0a016b"
            "120176");
}

TEST(Golden, BadRequest) {
  google::rpc::BadRequest bad;
  auto* violation = bad.add_field_violations();
  violation->set_field("f");
  violation->set_description("d");
  EXPECT_EQ(Hex(bad),
            "0a06"
            "0a0166"
            "120164");
}

TEST(Golden, RetryInfo) {
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(1);
  retry.mutable_retry_delay()->set_nanos(2);
  EXPECT_EQ(Hex(retry),
            "0a04"
            "0801"
            "1002");
}

TEST(Golden, Status) {
  const std::string type_url = "type.googleapis.com/google.rpc.ErrorInfo";
  const std::string info =
      "0a03574859"
      "12036e7764";
  EXPECT_EQ(Hex(ToWire(Error(StatusCode::kNotFound, "WHY", "m"))),
            "0805"
            "12016d"
            "1a36"
            "0a28" +
                absl::BytesToHexString(type_url) + "120a" + info);
}

}  // namespace
}  // namespace nwd::status
