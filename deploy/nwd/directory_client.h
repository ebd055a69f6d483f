// A client of a hub's directory: of a hub this machine runs from a folder, or of any other, named by its address and a
// certificate to show.
//
//   absl::StatusOr<DirectoryClient> client = DirectoryClient::Open(asked);
//   client->rpc().Call<ListFeedsResponse>(request);
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/config/config.h"
#include "common/rpc/client.h"
#include "deploy/hub/clients.h"

namespace nwd::tool {

// What the command line, the environment or the file said.
struct DirectoryAsked {
  std::string hub;  // folder of a hub that `nwd hub up` started
  std::string as;   // organisation to act as in it

  std::string tls;           // folder with tls.crt, tls.key, ca.crt: whom to act as in any other hub
  config::HostPort address;  // of that hub's directory
  std::string trust_domain;  // of that hub
};

void AddDirectoryOptions(config::Options& options, DirectoryAsked& asked);

class DirectoryClient {
 public:
  // An error in one sentence that says what to do; nothing is connected yet.
  static absl::StatusOr<DirectoryClient> Open(const DirectoryAsked& asked);

  rpc::Client& rpc() const { return own_ != nullptr ? *own_ : *local_; }

 private:
  std::unique_ptr<rpc::Client> own_;
  std::unique_ptr<hub::Clients> clients_;
  rpc::Client* local_ = nullptr;  // of clients_
};

}  // namespace nwd::tool
