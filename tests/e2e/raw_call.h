// Calls as bytes, by real clients with real certificates: what no generated client would send can be sent, and what
// comes back is seen as it came.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/rpc/client.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "tests/e2e/every_rpc.h"
#include "tests/e2e/world.h"

namespace nwd::e2e {

// How a call was answered.
struct Answer {
  absl::StatusCode code = absl::StatusCode::kOk;
  std::string message;
  std::string details;   // google.rpc.Status, as sent
  std::string response;  // of an OK

  bool ok() const { return code == absl::StatusCode::kOk; }
  google::rpc::ErrorInfo Info() const;      // empty where there is none
  std::vector<std::string> Fields() const;  // that BadRequest names, sorted
  // The same answer to whoever reads it: in which order details are listed says nothing.
  friend bool operator==(const Answer& a, const Answer& b);
};

// For messages of failed tests.
std::ostream& operator<<(std::ostream& out, const Answer& answer);

// Sends `bytes` as a request. A stream is answered by its end: for calls that are refused. Not tried again.
Answer SendBytes(rpc::Client& client, const Rpc& rpc, const std::string& bytes,
                 const std::string& practitioner = kPractitioner);

// The same for a message.
Answer Send(rpc::Client& client, const Rpc& rpc, const google::protobuf::Message& request);

// The first message: the response of a unary call, or the first of a stream, which is then cancelled.
absl::Status FirstResponse(rpc::Client& client, const Rpc& rpc, const google::protobuf::Message& request,
                           google::protobuf::Message& response);

}  // namespace nwd::e2e
