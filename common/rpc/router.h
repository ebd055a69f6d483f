// Binds RPCs to handlers. The method is found from the request's type: a request message belongs to exactly one RPC,
// declared in the same file.
//
//   void Register(Router& router) {
//     router.Unary(this, &ReferralService::CreateReferral);
//     router.Stream(this, &ReferralService::WatchReferrals);
//   }
//
// What no rule of a field can say of a request, its handler says. A caller should hear of that together with what the
// rules say, so an RPC may name the function that looks at its request alone: where a rule is broken, it is asked too.
//
//   router.Unary(this, &ReferralService::CreateReferral,
//                [this](const Call&, const CreateReferralRequest& request) { return CheckWords(request); });
//
// Check() says which methods of the services named lack a handler or an access rule; a server refuses to start on any.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/rpc/call.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace nwd::rpc {

using google::protobuf::Message;

// Sends the responses of a server stream. Write resumes once the transport has taken the message; an error (the caller
// went away, or reads too slowly: RESOURCE_EXHAUSTED) ends the stream: return it.
class RawWriter {
 public:
  virtual ~RawWriter() = default;
  virtual async::Task<absl::Status> Write(const Message& response) = 0;
};

template <class Response>
class Writer {
 public:
  explicit Writer(RawWriter& raw) : raw_(raw) {}
  async::Task<absl::Status> Write(const Response& response) { return raw_.Write(response); }

 private:
  RawWriter& raw_;
};

// A method and what answers it.
struct Route {
  const google::protobuf::MethodDescriptor* method = nullptr;
  common::v1::AccessRule rule;
  const Message* request_prototype = nullptr;
  const Message* response_prototype = nullptr;  // unary only
  std::function<async::Task<absl::Status>(Call&, const Message& request, Message& response)> unary;
  std::function<async::Task<absl::Status>(Call&, const Message& request, RawWriter&)> stream;
  // Violations beyond the rules, as INVALID_ARGUMENT; empty where the handler names none.
  std::function<absl::Status(const Call&, const Message& request)> check;
};

class Router {
 public:
  template <class Handler, class Request, class Response>
  void Unary(Handler* handler, async::Task<absl::StatusOr<Response>> (Handler::*member)(Call&, const Request&)) {
    Route& route = Add(*Request::descriptor(), *Response::descriptor(), /*streaming=*/false);
    route.request_prototype = &Request::default_instance();
    route.response_prototype = &Response::default_instance();
    route.unary = [handler, member](Call& call, const Message& request, Message& response) {
      return RunUnary<Handler, Request, Response>(handler, member, call, static_cast<const Request&>(request),
                                                  static_cast<Response&>(response));
    };
  }

  // `check`: absl::Status(const Call&, const Request&).
  template <class Handler, class Request, class Response, class Check>
  void Unary(Handler* handler, async::Task<absl::StatusOr<Response>> (Handler::*member)(Call&, const Request&),
             Check check) {
    Unary(handler, member);
    routes_.back()->check = [check](const Call& call, const Message& request) {
      return check(call, static_cast<const Request&>(request));
    };
  }

  template <class Handler, class Request, class Response>
  void Stream(Handler* handler,
              async::Task<absl::Status> (Handler::*member)(Call&, const Request&, Writer<Response>&)) {
    Route& route = Add(*Request::descriptor(), *Response::descriptor(), /*streaming=*/true);
    route.request_prototype = &Request::default_instance();
    route.stream = [handler, member](Call& call, const Message& request, RawWriter& raw) {
      return RunStream<Handler, Request, Response>(handler, member, call, static_cast<const Request&>(request), raw);
    };
  }

  const std::vector<std::unique_ptr<Route>>& routes() const { return routes_; }
  // OK when every method of every service that has a route has one, with a rule that can be enforced.
  absl::Status Check() const;

 private:
  Route& Add(const google::protobuf::Descriptor& request, const google::protobuf::Descriptor& response, bool streaming);

  template <class Handler, class Request, class Response>
  static async::Task<absl::Status> RunUnary(Handler* handler,
                                            async::Task<absl::StatusOr<Response>> (Handler::*member)(Call&,
                                                                                                     const Request&),
                                            Call& call, const Request& request, Response& response) {
    absl::StatusOr<Response> result = co_await (handler->*member)(call, request);
    if (!result.ok()) co_return result.status();
    response = *std::move(result);
    co_return absl::OkStatus();
  }

  template <class Handler, class Request, class Response>
  static async::Task<absl::Status> RunStream(Handler* handler,
                                             async::Task<absl::Status> (Handler::*member)(Call&, const Request&,
                                                                                          Writer<Response>&),
                                             Call& call, const Request& request, RawWriter& raw) {
    Writer<Response> writer(raw);
    co_return co_await (handler->*member)(call, request, writer);
  }

  std::vector<std::unique_ptr<Route>> routes_;
  std::vector<std::string> faults_;
};

}  // namespace nwd::rpc
