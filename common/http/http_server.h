// A small HTTP/1.1 server with exact and prefix routes.
//
//   HttpServer server({.address = "127.0.0.1", .port = 9102});
//   server.Handle("/hello", [](const Request& request) { return Response{.body = "hello\n"}; });
//   NWD_RETURN_IF_ERROR(server.Start());          // server.port() says which port, if 0 was asked for
//
// Routes are added before Start. Handlers run on a few threads of the server's own, may block, and must be thread-safe;
// one that throws answers 500. GET and HEAD reach Handle and HandlePrefix, POST reaches HandlePost. The longest
// matching prefix wins, an exact path before any. Every answer closes its connection, so that idle readers hold no
// thread. Requests are bounded by limits.h (413, 414).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace nwd::http {

struct Request {
  std::string method;
  std::string path;                                 // decoded, without the query
  std::string rest;                                 // what follows the prefix, for HandlePrefix
  std::multimap<std::string, std::string> query;    // decoded
  std::multimap<std::string, std::string> headers;  // names in lower case
  std::string body;                                 // POST only

  // The first value of the query parameter, or "".
  std::string Query(const std::string& name) const;
};

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {};
};

using Handler = std::function<Response(const Request&)>;

class HttpServer {
 public:
  struct Options {
    std::string address = "127.0.0.1";
    int port = 0;  // 0: any free one
  };

  explicit HttpServer(Options options);
  ~HttpServer();  // stops
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  void Handle(std::string_view path, Handler handler);
  void HandlePrefix(std::string_view prefix, Handler handler);
  void HandlePost(std::string_view path, Handler handler);

  // Binds and serves. FAILED_PRECONDITION, in one sentence, if the address cannot be had: in use, unknown, not allowed.
  absl::Status Start();

  // Accepts no more, finishes what it is answering, returns when the threads have ended. Safe to call twice.
  void Stop();

  int port() const { return port_; }

 private:
  struct Impl;
  Options options_;
  int port_ = 0;
  std::unique_ptr<Impl> impl_;
};

}  // namespace nwd::http
