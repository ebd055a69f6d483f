// Errors with details, inside as absl::Status, outside as google.rpc.Status.
//
// Meanings are fixed: INVALID_ARGUMENT malformed; UNAUTHENTICATED no usable identity; PERMISSION_DENIED not allowed,
// and also absent wherever the caller could not have listed it (always Denied(), byte for byte the same); NOT_FOUND
// only where the caller may list; ALREADY_EXISTS; FAILED_PRECONDITION wrong state; ABORTED stale etag;
// RESOURCE_EXHAUSTED shed; UNAVAILABLE retry; OUT_OF_RANGE cursor too old; DATA_LOSS corruption found.
//
// A message says what was wrong, with which value, and what to do. Never a person's data: values of fields about people
// do not go into messages or metadata.
//
//   return status::Error(absl::StatusCode::kFailedPrecondition, "WRONG_STATE",
//                        Cat("the referral is ", state, "; it can be accepted from SENT or RECEIVED"),
//                        {{"state", state}});
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace google::rpc {
class Status;
}

namespace nwd::status {

using Metadata = std::vector<std::pair<std::string, std::string>>;

// An error with an ErrorInfo: `reason` in CAPITALS, domain "nwd".
absl::Status Error(absl::StatusCode code, std::string_view reason, std::string_view message,
                   const Metadata& metadata = {});

// The one answer for "not allowed" and "not there".
absl::Status Denied();
// The object's etag is not the one the caller built on; nothing was changed.
absl::Status StaleEtag(std::string_view resource);
// Refused for load, at once; the caller may try again after `retry_after`.
absl::Status Shed(std::string_view what, absl::Duration retry_after);
// Refused because something is used up for a while: a day's share, or as many as there can be at once. RESOURCE_EXHAUSTED
// with a reason of its own. What is shed for load is worth trying again in a moment; this is not before `retry_after`,
// which tells until when nothing is left, unless the caller frees some.
absl::Status UsedUp(std::string_view reason, std::string_view message, absl::Duration retry_after,
                    const Metadata& metadata = {});
// A single violation of a field.
absl::Status InvalidField(std::string_view field, std::string_view description,
                          std::string_view reason = "INVALID_REQUEST");

// Collects every violation of a request before answering.
class Violations {
 public:
  // Those that an INVALID_ARGUMENT made by ToStatus names.
  static Violations Of(const absl::Status& status);
  void Add(std::string_view field, std::string_view description);
  // Those of another such status, of fields that none is known of yet; nothing where it is OK.
  void AddNew(const absl::Status& status);
  bool empty() const { return violations_.empty(); }
  // OK where there are none; else INVALID_ARGUMENT, reason INVALID_REQUEST, with a BadRequest naming all of them (the
  // first 100).
  absl::Status ToStatus(std::string_view reason = "INVALID_REQUEST") const;

 private:
  std::vector<std::pair<std::string, std::string>> violations_;
};

// The reason of an error made here; empty for any other.
std::string ReasonOf(const absl::Status& status);

// Whether the text of an error is the operator's business only: INTERNAL, UNKNOWN, DATA_LOSS, and an UNAVAILABLE that
// was not made by Error() (an engine's, a transport's). It goes to the log; the wire gets a fixed sentence.
bool IsOurs(const absl::Status& status);

// The one translator between the two forms. On the wire every error has an ErrorInfo (the code's own reason where it
// was given none), RESOURCE_EXHAUSTED has a RetryInfo, UNKNOWN is INTERNAL, and errors that are ours have neither their
// text nor their details. ErrorInfo comes first, other details in the order of their types.
google::rpc::Status ToWire(const absl::Status& status);
// The code that ToWire puts on the wire.
absl::StatusCode WireCode(const absl::Status& status);
absl::Status FromWire(const google::rpc::Status& wire);

}  // namespace nwd::status
