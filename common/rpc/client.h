// Calling a service over mutual TLS. The method is found from the request's type.
//
//   auto found = client.Call<GetServiceResponse>(request);             // blocks: programs, tests
//   auto found = co_await client.Await<GetServiceResponse>(request);   // on a queue of the runtime
//
// Both answer absl::StatusOr<GetServiceResponse>.
//
// Errors come back with their details (see common/status), but for one: where a server of ours asks another and that
// refuses its certificate, the handler gets UNAVAILABLE, since its own caller's certificate is not meant. A call that
// is refused with UNAVAILABLE, or cut off by a server that goes down (CANCELLED), is tried again twice. What makes that
// safe: a request with a top-level field `request_id` that is empty is sent with a new one, the same at every try, so
// that its effect happens once; mutations without such a field are idempotent by nature.
//
// Thread-safe; one Client is one identity's channel to one service.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/async/task.h"
#include "common/rpc/call.h"
#include "google/protobuf/message.h"

namespace grpc {
class Channel;
class ChannelCredentials;
}  // namespace grpc

namespace nwd::rpc {

struct CallOptions {
  absl::Duration timeout = absl::Seconds(10);
  // Waits, up to the timeout, for a server that is not there yet, rather than failing at once.
  bool wait_for_ready = false;
  // Sent as metadata "nwd-practitioner".
  std::string practitioner = {};
  // Sent as "traceparent" where not empty: the whole header value.
  std::string traceparent = {};
};

class Client {
 public:
  // `address` is host:port. The credentials check that the peer is the service they were made for.
  Client(const std::string& address, std::shared_ptr<grpc::ChannelCredentials> credentials);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  template <class Response, class Request>
  absl::StatusOr<Response> Call(const Request& request, const CallOptions& options = {}) {
    Response response;
    absl::Status status = CallRaw(request, response, options);
    if (!status.ok()) return status;
    return response;
  }

  // The same for messages whose types are known only when the program runs: tools, and tests over every RPC.
  absl::Status CallMessage(const google::protobuf::Message& request, google::protobuf::Message& response,
                           const CallOptions& options = {}) {
    return CallRaw(request, response, options);
  }
  template <class Response, class Request>
  async::Task<absl::StatusOr<Response>> Await(const Request& request, const CallOptions& options) {
    return AwaitWith<Response>(request, CallOptions(options));
  }
  template <class Response, class Request>
  async::Task<absl::StatusOr<Response>> Await(const Request& request) {
    return AwaitWith<Response>(request, CallOptions());
  }
  // The same on behalf of a call: its deadline, practitioner and trace go along.
  template <class Response, class Request>
  async::Task<absl::StatusOr<Response>> AwaitFor(const rpc::Call& call, const Request& request) {
    return AwaitWith<Response>(request, OptionsFor(call));
  }

  // A server stream, read by a blocking client.
  class RawStream {
   public:
    virtual ~RawStream() = default;
    virtual bool Read(google::protobuf::Message& response) = 0;
    virtual absl::Status Finish() = 0;
    virtual void Cancel() = 0;
  };
  template <class Response>
  class Stream {
   public:
    explicit Stream(std::unique_ptr<RawStream> raw) : raw_(std::move(raw)) {}
    // False at the end; Finish() then says how it ended.
    bool Read(Response& response) { return raw_->Read(response); }
    absl::Status Finish() { return raw_->Finish(); }
    // From any thread: ends a Read that waits.
    void Cancel() { raw_->Cancel(); }

   private:
    std::unique_ptr<RawStream> raw_;
  };
  template <class Response, class Request>
  Stream<Response> Watch(const Request& request, const CallOptions& options = {}) {
    return Stream<Response>(WatchRaw(request, options));
  }

  std::unique_ptr<RawStream> WatchMessage(const google::protobuf::Message& request, const CallOptions& options = {}) {
    return WatchRaw(request, options);
  }

  // For what is no call of ours: reflection, bytes that no client of ours would send. Tests do that, services do not.
  const std::shared_ptr<grpc::Channel>& channel() const;

  static CallOptions OptionsFor(const rpc::Call& call);

 private:
  // Keeps the options for as long as the call lasts. Only plain functions call it, because of g++ 12 (see
  // common/async/task.h).
  template <class Response, class Request>
  async::Task<absl::StatusOr<Response>> AwaitWith(const Request& request, CallOptions options) {
    Response response;
    absl::Status status = co_await AwaitRaw(request, response, options);
    if (!status.ok()) co_return status;
    co_return response;
  }

  absl::Status CallRaw(const google::protobuf::Message& request, google::protobuf::Message& response,
                       const CallOptions& options);
  async::Task<absl::Status> AwaitRaw(const google::protobuf::Message& request, google::protobuf::Message& response,
                                     const CallOptions& options);
  std::unique_ptr<RawStream> WatchRaw(const google::protobuf::Message& request, const CallOptions& options);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace nwd::rpc
