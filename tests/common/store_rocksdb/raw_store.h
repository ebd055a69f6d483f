// A store's folder opened past the store, to change what is on disk behind its back. Only while no store has it open.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/store/store.h"

namespace nwd::testing {

class RawStore {
 public:
  explicit RawStore(const std::string& folder);
  ~RawStore();  // closes

  // Rows; "(none)" where there is none. Each expects to succeed.
  std::string Get(std::string_view key) const;
  void Put(std::string_view key, std::string_view value);
  void Delete(std::string_view key);
  // Entries of a feed.
  std::string Entry(store::Feed feed, store::Position position) const;
  void PutEntry(store::Feed feed, store::Position position, std::string_view bytes);
  void DeleteEntry(store::Feed feed, store::Position position);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace nwd::testing
