#include "tests/e2e/raw_peer.h"

#include <arpa/inet.h>
#include <grpcpp/security/credentials.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>

#include "absl/time/clock.h"
#include "common/base/check.h"
#include "common/base/strings.h"
#include "common/tls/certificate.h"
#include "deploy/hub/folder.h"
#include "deploy/pki/hub.h"
#include "deploy/pki/pem_files.h"

namespace nwd::e2e {
namespace {

std::string Read(const std::string& path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::unique_ptr<rpc::Client> Connect(World& world, const std::string& service,
                                     const grpc::SslCredentialsOptions& options) {
  return std::make_unique<rpc::Client>(world.hub().Service(service).Address(), grpc::SslCredentials(options));
}

std::string HubAuthority(World& world) { return Read(world.FolderOf(kReferrer) + "/ca.crt"); }

}  // namespace

std::unique_ptr<rpc::Client> ConnectWith(World& world, const std::string& folder, const std::string& service) {
  return Connect(world, service, {HubAuthority(world), Read(folder + "/tls.key"), Read(folder + "/tls.crt")});
}

std::unique_ptr<rpc::Client> ConnectAs(World& world, const std::string& who, const std::string& service) {
  return ConnectWith(world, world.FolderOf(who), service);
}

std::unique_ptr<rpc::Client> ConnectWithoutCertificate(World& world, const std::string& service) {
  return Connect(world, service, {HubAuthority(world), "", ""});
}

std::string IssueInto(World& world, const pki::Request& request, bool other_authority) {
  static int issued = 0;
  const std::string folder = Cat(world.hub().folder, "/issued-", issued++);
  const absl::Time now = absl::Now();
  const auto authority =
      other_authority
          ? pki::Authority::Create(
                {.name = "another", .not_before = now - absl::Hours(48), .not_after = now + absl::Hours(48)})
          : pki::ReadAuthority(pki::AuthorityFolder(hub::PkiFolder(world.hub().folder)));
  NWD_CHECK(authority.ok());
  const auto made = authority->Issue(request);
  NWD_CHECK(made.ok());
  NWD_CHECK(pki::WriteIdentity(folder, *made, authority->certificate_pem()).ok());
  return folder;
}

std::unique_ptr<rpc::Client> ConnectIssued(World& world, const pki::Request& request, const std::string& service,
                                           bool other_authority) {
  return ConnectWith(world, IssueInto(world, request, other_authority), service);
}

std::string SerialOf(const std::string& folder) {
  const auto facts = tls::ParseCertificate(Read(folder + "/tls.crt"));
  NWD_CHECK(facts.ok());
  return facts->serial;
}

bool HandshakeSucceeds(World& world, const std::string& service, TlsVersion version) {
  const int number = version == TlsVersion::k12 ? TLS1_2_VERSION : TLS1_3_VERSION;
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_clear_options(context.get(), SSL_OP_NO_TLSv1_2);  // this process has it off as well
  const std::string folder = world.FolderOf(kReferrer);
  NWD_CHECK(SSL_CTX_set_min_proto_version(context.get(), number) == 1 &&
            SSL_CTX_set_max_proto_version(context.get(), number) == 1);
  NWD_CHECK(SSL_CTX_use_certificate_chain_file(context.get(), (folder + "/tls.crt").c_str()) == 1);
  NWD_CHECK(SSL_CTX_use_PrivateKey_file(context.get(), (folder + "/tls.key").c_str(), SSL_FILETYPE_PEM) == 1);
  const unsigned char h2[] = {2, 'h', '2'};
  SSL_CTX_set_alpn_protos(context.get(), h2, sizeof(h2));

  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(world.hub().Service(service).grpc_port));
  NWD_CHECK(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), SSL_free);
  SSL_set_fd(ssl.get(), fd);
  bool done = SSL_connect(ssl.get()) == 1;
  // With TLS 1.3 the server's refusal can come after our side is done: hear its first bytes (HTTP/2 settings).
  char byte = 0;
  if (done) done = SSL_read(ssl.get(), &byte, 1) == 1;
  close(fd);
  return done;
}

}  // namespace nwd::e2e
