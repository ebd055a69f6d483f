#include "common/rpc/client.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/client_unary_call.h>
#include <grpcpp/support/sync_stream.h>

#include <atomic>

#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "common/base/check.h"
#include "common/base/strings.h"
#include "common/ids/uuid.h"
#include "common/log/log.h"
#include "common/rpc/limits.h"
#include "common/rpc/queue.h"
#include "common/rpc/traceparent.h"
#include "common/rpc/wire.h"
#include "common/status/reasons.h"
#include "common/status/status.h"

namespace nwd::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Every mutation is protected by its request_id (see WithRequestId) or is idempotent by nature, so it may be tried
// again. A server that goes down answers calls that come too late with CANCELLED (gRPC C++ has no gentler way); ours
// answer it for no other reason. Few tries and short pauses: a caller of ours tries again too, and tries multiply along
// a chain of services.
constexpr char kServiceConfig[] = R"({
  "methodConfig": [{
    "name": [{}],
    "retryPolicy": {
      "maxAttempts": 3,
      "initialBackoff": "0.05s",
      "maxBackoff": "1s",
      "backoffMultiplier": 4,
      "retryableStatusCodes": ["UNAVAILABLE", "CANCELLED"]
    }
  }]
})";

const std::string& PathOf(const Message& request, bool streaming) {
  static absl::Mutex mutex;
  // Two methods of a service may take the same request, one of them streaming; strings in it stay where they are.
  static auto* const paths = new std::map<std::pair<const Descriptor*, bool>, std::string>;
  const Descriptor* type = request.GetDescriptor();
  absl::MutexLock lock(&mutex);
  std::string& path = (*paths)[{type, streaming}];
  if (path.empty()) {
    for (int s = 0; s < type->file()->service_count(); ++s) {
      const auto* service = type->file()->service(s);
      for (int m = 0; m < service->method_count(); ++m) {
        const auto* method = service->method(m);
        if (method->input_type() == type && method->server_streaming() == streaming) {
          path = Cat("/", service->full_name(), "/", method->name());
        }
      }
    }
    NWD_CHECK(!path.empty());
  }
  return path;
}

// What to send: the request itself; or, where it has an empty field `request_id`, a copy (in `filled`) with a new one.
const Message& WithRequestId(const Message& request, std::unique_ptr<Message>& filled) {
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName("request_id");
  if (field == nullptr || field->type() != FieldDescriptor::TYPE_STRING || field->is_repeated()) return request;
  std::string scratch;
  if (!request.GetReflection()->GetStringReference(request, field, &scratch).empty()) return request;
  filled.reset(request.New());
  filled->CopyFrom(request);
  filled->GetReflection()->SetString(filled.get(), field, ids::Uuid::Random().ToString());
  return *filled;
}

void Prepare(grpc::ClientContext& context, const CallOptions& options) {
  if (options.timeout != absl::InfiniteDuration())
    context.set_deadline(absl::ToChronoTime(absl::Now() + options.timeout));
  context.set_wait_for_ready(options.wait_for_ready);
  if (!options.practitioner.empty()) context.AddMetadata("nwd-practitioner", options.practitioner);
  if (!options.traceparent.empty()) context.AddMetadata("traceparent", options.traceparent);
}

class SyncStream final : public Client::RawStream {
 public:
  SyncStream(grpc::Channel& channel, const Message& request, const CallOptions& options) {
    Prepare(context_, options);
    const grpc::internal::RpcMethod method(PathOf(request, true).c_str(), grpc::internal::RpcMethod::SERVER_STREAMING);
    reader_.reset(
        grpc::internal::ClientReaderFactory<grpc::ByteBuffer>::Create(&channel, method, &context_, Serialize(request)));
  }
  bool Read(Message& response) override {
    grpc::ByteBuffer bytes;
    if (!reader_->Read(&bytes)) return false;
    parsed_ = Parse(bytes, response);
    return parsed_.ok();
  }
  absl::Status Finish() override {
    if (!parsed_.ok()) context_.TryCancel();
    const absl::Status status = FromGrpc(reader_->Finish());
    return parsed_.ok() ? status : parsed_;
  }
  void Cancel() override { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<grpc::ByteBuffer>> reader_;
  absl::Status parsed_;
};

}  // namespace

struct Client::State {
  explicit State(std::shared_ptr<grpc::Channel> to) : channel(std::move(to)), stub(channel) {}
  std::shared_ptr<grpc::Channel> channel;
  grpc::GenericStub stub;
  std::atomic<bool> refused{false};  // as nobody it knows, by its latest answer

  // What comes of an answer to a call that a service makes. Its certificate is no business of whoever called it: to
  // them the peer is out of reach, and why goes to the log, once until the peer answers again.
  absl::Status AsService(const std::string& path, absl::Status status) {
    if (!absl::IsUnauthenticated(status)) {
      if (status.ok() && refused.load(std::memory_order_relaxed)) refused = false;
      return status;
    }
    if (!refused.exchange(true)) {
      log::Line(log::Level::kWarning, "rpc.own_certificate_refused").Str("path", path).Status(status).Emit();
    }
    return absl::UnavailableError("another service refuses this service's certificate");
  }
};

Client::Client(const std::string& address, std::shared_ptr<grpc::ChannelCredentials> credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMessageBytesMax);
  arguments.SetServiceConfigJSON(kServiceConfig);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectBackoffInitialMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kReconnectBackoffMaxMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectBackoffMaxMs);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // one identity's connections are nobody else's
  state_ = std::make_unique<State>(grpc::CreateCustomChannel(address, credentials, arguments));
}

Client::~Client() = default;

const std::shared_ptr<grpc::Channel>& Client::channel() const { return state_->channel; }

CallOptions Client::OptionsFor(const rpc::Call& call) {
  CallOptions options;
  options.timeout = call.deadline() == absl::InfiniteFuture() ? kDefaultDeadline : call.deadline() - absl::Now();
  options.practitioner = call.practitioner();
  options.traceparent = TraceparentOf(call.trace_id());
  return options;
}

absl::Status Client::CallRaw(const Message& request, Message& response, const CallOptions& options) {
  grpc::ClientContext context;
  Prepare(context, options);
  const grpc::internal::RpcMethod method(PathOf(request, false).c_str(), grpc::internal::RpcMethod::NORMAL_RPC);
  std::unique_ptr<Message> filled;
  grpc::ByteBuffer bytes;
  const grpc::Status status = grpc::internal::BlockingUnaryCall(state_->channel.get(), method, &context,
                                                                Serialize(WithRequestId(request, filled)), &bytes);
  if (!status.ok()) return FromGrpc(status);
  return Parse(bytes, response);
}

async::Task<absl::Status> Client::AwaitRaw(const Message& request, Message& response, const CallOptions& options) {
  Queue* queue = Queue::Current();
  NWD_CHECK(queue != nullptr);
  if (queue->stopping()) {
    co_return status::Error(absl::StatusCode::kUnavailable, reasons::kGoingDown,
                            "the service is going down; try again");
  }
  grpc::ClientContext context;
  Prepare(context, options);
  grpc::ByteBuffer bytes;
  grpc::Status status;
  std::unique_ptr<Message> filled;
  const std::string& path = PathOf(request, false);
  const auto reader =
      state_->stub.PrepareUnaryCall(&context, path, Serialize(WithRequestId(request, filled)), queue->cq());
  // Calls are sent together, as a server's answers are; whatever waits for this one waits for the round's end as well.
  co_await queue->EndOfRound();
  reader->StartCall();
  co_await Operation([&](void* tag) { reader->Finish(&bytes, &status, tag); });
  const absl::Status answered = FromGrpc(status);
  // A server's queue is a service's own; a ClientRuntime's is anybody's.
  const bool service = queue->server_cq() != nullptr;
  const absl::Status outcome = service ? state_->AsService(path, answered) : answered;
  if (!outcome.ok()) co_return outcome;
  co_return Parse(bytes, response);
}

std::unique_ptr<Client::RawStream> Client::WatchRaw(const Message& request, const CallOptions& options) {
  return std::make_unique<SyncStream>(*state_->channel, request, options);
}

}  // namespace nwd::rpc
