// nwd key create: the hub's key, from which every service derives the keys it works with.
#include <filesystem>
#include <iostream>
#include <memory>

#include "common/base/strings.h"
#include "common/crypto/key_file.h"
#include "deploy/nwd/command.h"

namespace nwd::tool {

void AddKeyCommands(config::Options& program, Commands& commands) {
  config::Options& family = program.Command("key", "The hub's key");
  config::Options& create = family.Command("create", "Makes a new key in a file only its owner may read");
  auto file = std::make_shared<std::string>("hub.key");
  create.Add("--file", file.get(), "Where to put it; must not exist");
  commands.push_back({&create, [file] {
                        // What is encrypted under a key is lost with it: never replace one.
                        if (std::filesystem::exists(*file)) {
                          return Fail(absl::AlreadyExistsError(
                              Cat(*file, " exists; what is encrypted under it could not be read any more")));
                        }
                        const auto key = crypto::HubKey::FromFile(*file, crypto::HubKey::IfMissing::kCreate);
                        if (!key.ok()) return Fail(key.status());
                        std::cout << *file << "\n";
                        return kExitDone;
                      }});
}

}  // namespace nwd::tool
