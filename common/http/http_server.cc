#include "common/http/http_server.h"

#include <httplib.h>

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/check.h"
#include "common/http/limits.h"
#include "common/log/log.h"

namespace nwd::http {
namespace {

// The library's own pool queues without bound. This one makes the accepting thread wait, so that the kernel turns the
// rest away.
class BoundedPool final : public httplib::TaskQueue {
 public:
  BoundedPool() {
    for (int i = 0; i < kThreads; ++i) threads_.emplace_back([this] { Work(); });
  }

  void enqueue(std::function<void()> task) override {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return tasks_.size() < kWaitingConnectionsMax; });
    tasks_.push_back(std::move(task));
    work_.notify_one();
  }

  void shutdown() override {
    {
      std::lock_guard lock(mutex_);
      ending_ = true;
    }
    work_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  void Work() {
    for (;;) {
      std::function<void()> task;
      {
        std::unique_lock lock(mutex_);
        work_.wait(lock, [&] { return ending_ || !tasks_.empty(); });
        if (tasks_.empty()) return;
        task = std::move(tasks_.front());
        tasks_.pop_front();
        room_.notify_one();
      }
      task();
    }
  }

  std::mutex mutex_;
  std::condition_variable work_, room_;
  std::deque<std::function<void()>> tasks_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

Request ToRequest(const httplib::Request& in) {
  Request request{.method = in.method, .path = in.path, .rest = "", .query = {}, .headers = {}, .body = in.body};
  request.query.insert(in.params.begin(), in.params.end());
  for (const auto& [name, value] : in.headers) request.headers.emplace(absl::AsciiStrToLower(name), value);
  return request;
}

void Write(const Response& response, httplib::Response& out) {
  // 200 is the library's to set: it may be 206, for a range.
  if (response.status != 200) out.status = response.status;
  for (const auto& [name, value] : response.headers) out.set_header(name, value);
  out.set_content(response.body, response.content_type);
}

void WriteError(int status, const std::string& text, httplib::Response& out) {
  Write({.status = status, .body = text + "\n"}, out);
}

}  // namespace

std::string Request::Query(const std::string& name) const {
  const auto found = query.find(name);
  return found == query.end() ? "" : found->second;
}

struct HttpServer::Impl {
  httplib::Server server;
  std::map<std::string, Handler, std::less<>> exact, prefixes, posts;
  std::thread thread;

  // Runs the handler for a GET or HEAD; false if there is none.
  bool Get(const httplib::Request& in, httplib::Response& out) const {
    if (const auto found = exact.find(in.path); found != exact.end()) {
      Write(found->second(ToRequest(in)), out);
      return true;
    }
    const std::pair<const std::string, Handler>* best = nullptr;
    for (const auto& route : prefixes) {
      if (absl::StartsWith(in.path, route.first) && (best == nullptr || route.first.size() > best->first.size()))
        best = &route;
    }
    if (best == nullptr) return false;
    Request request = ToRequest(in);
    request.rest = in.path.substr(best->first.size());
    Write(best->second(request), out);
    return true;
  }

  void Post(const httplib::Request& in, httplib::Response& out) const {
    if (const auto found = posts.find(in.path); found != posts.end()) {
      Write(found->second(ToRequest(in)), out);
    } else {
      WriteError(404, "there is nothing at this path", out);
    }
  }

  // Called before the library's own routing, which matches regular expressions against whatever length of path it is
  // given.
  bool Route(const httplib::Request& in, httplib::Response& out) const {
    if (in.path.size() > kPathBytesMax) {
      WriteError(414, "the path is too long", out);
      return true;
    }
    if (in.method == "POST" && posts.contains(in.path)) return false;  // its body comes first
    const bool reads = in.method == "GET" || in.method == "HEAD";
    if (reads && Get(in, out)) return true;
    const bool known = exact.contains(in.path) || posts.contains(in.path);
    WriteError(known ? 405 : 404, known ? "this path does not take this method" : "there is nothing at this path", out);
    return true;
  }
};

HttpServer::HttpServer(Options options) : options_(std::move(options)), impl_(std::make_unique<Impl>()) {
  httplib::Server& server = impl_->server;
  server.new_task_queue = [] { return new BoundedPool; };
  server.set_keep_alive_max_count(1);
  server.set_read_timeout(absl::ToInt64Seconds(kReadTimeout));
  server.set_write_timeout(absl::ToInt64Seconds(kWriteTimeout));
  server.set_payload_max_length(kBodyBytesMax);
  server.set_tcp_nodelay(true);
  // Not the library's own: it shares the port with whoever asks for it too (SO_REUSEPORT).
  server.set_socket_options([](int socket) {
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  using Routed = httplib::Server::HandlerResponse;
  server.set_pre_routing_handler([this](const httplib::Request& in, httplib::Response& out) {
    return impl_->Route(in, out) ? Routed::Handled : Routed::Unhandled;
  });
  // A part that is not there is no page: what its handler says of the page does not hold for it.
  server.set_post_routing_handler([](const httplib::Request&, httplib::Response& out) {
    if (out.status == 416) out.headers.erase("Cache-Control");
  });
  server.Post("/.*", [this](const httplib::Request& in, httplib::Response& out) { impl_->Post(in, out); });
  server.set_exception_handler([](const httplib::Request& in, httplib::Response& out, const std::exception_ptr&) {
    log::Line(log::Level::kError, "http.handler_threw").Str("path", in.path).Emit();
    WriteError(500, "internal error", out);
  });
}

HttpServer::~HttpServer() { Stop(); }

void HttpServer::Handle(std::string_view path, Handler handler) {
  NWD_CHECK(impl_->exact.emplace(path, std::move(handler)).second);
}

void HttpServer::HandlePrefix(std::string_view prefix, Handler handler) {
  NWD_CHECK(impl_->prefixes.emplace(prefix, std::move(handler)).second);
}

void HttpServer::HandlePost(std::string_view path, Handler handler) {
  NWD_CHECK(impl_->posts.emplace(path, std::move(handler)).second);
}

absl::Status HttpServer::Start() {
  errno = 0;
  if (options_.port == 0) {
    port_ = impl_->server.bind_to_any_port(options_.address);
  } else {
    port_ = impl_->server.bind_to_port(options_.address, options_.port) ? options_.port : -1;
  }
  if (port_ <= 0) {
    const std::string reason = errno == 0 ? "the address is not known" : std::strerror(errno);
    return absl::FailedPreconditionError(absl::StrCat("cannot listen for HTTP on ", options_.address, ":",
                                                      options_.port, ": ", reason, "; choose another address or port"));
  }
  impl_->thread = std::thread([this] { impl_->server.listen_after_bind(); });
  // Connections wait in the kernel from here on; Stop, however, works only on a server that has begun to accept.
  while (!impl_->server.is_running()) absl::SleepFor(absl::Milliseconds(1));
  return absl::OkStatus();
}

void HttpServer::Stop() {
  if (!impl_->thread.joinable()) return;
  impl_->server.stop();
  impl_->thread.join();
}

}  // namespace nwd::http
