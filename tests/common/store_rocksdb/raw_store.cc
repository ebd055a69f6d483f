#include "tests/common/store_rocksdb/raw_store.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <vector>

#include "common/store/keys.h"

namespace nwd::testing {
namespace {

std::string KeyOf(store::Feed feed, store::Position position) {
  return store::KeyBuilder(static_cast<char>(feed)).Number(position).Build();
}

rocksdb::Slice ToSlice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

}  // namespace

struct RawStore::State {
  rocksdb::DB* db = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::ColumnFamilyHandle* rows = nullptr;
  rocksdb::ColumnFamilyHandle* feeds = nullptr;

  std::string Get(rocksdb::ColumnFamilyHandle* family, std::string_view key) const {
    std::string value;
    const rocksdb::Status read = db->Get({}, family, ToSlice(key), &value);
    if (read.IsNotFound()) return "(none)";
    EXPECT_TRUE(read.ok()) << read.ToString();
    return value;
  }
};

RawStore::RawStore(const std::string& folder) : state_(std::make_unique<State>()) {
  std::vector<std::string> names;
  EXPECT_TRUE(rocksdb::DB::ListColumnFamilies({}, folder, &names).ok());
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& name : names) families.emplace_back(name, rocksdb::ColumnFamilyOptions());
  EXPECT_TRUE(rocksdb::DB::Open(rocksdb::DBOptions(), folder, families, &state_->handles, &state_->db).ok());
  for (rocksdb::ColumnFamilyHandle* handle : state_->handles) {
    if (handle->GetName() == "feeds") state_->feeds = handle;
    if (handle->GetName() == rocksdb::kDefaultColumnFamilyName) state_->rows = handle;
  }
}

RawStore::~RawStore() {
  for (rocksdb::ColumnFamilyHandle* handle : state_->handles) state_->db->DestroyColumnFamilyHandle(handle);
  delete state_->db;
}

std::string RawStore::Get(std::string_view key) const { return state_->Get(state_->rows, key); }

void RawStore::Put(std::string_view key, std::string_view value) {
  EXPECT_TRUE(state_->db->Put({}, state_->rows, ToSlice(key), ToSlice(value)).ok());
}

void RawStore::Delete(std::string_view key) { EXPECT_TRUE(state_->db->Delete({}, state_->rows, ToSlice(key)).ok()); }

std::string RawStore::Entry(store::Feed feed, store::Position position) const {
  return state_->Get(state_->feeds, KeyOf(feed, position));
}

void RawStore::PutEntry(store::Feed feed, store::Position position, std::string_view bytes) {
  EXPECT_TRUE(state_->db->Put({}, state_->feeds, KeyOf(feed, position), ToSlice(bytes)).ok());
}

void RawStore::DeleteEntry(store::Feed feed, store::Position position) {
  EXPECT_TRUE(state_->db->Delete({}, state_->feeds, KeyOf(feed, position)).ok());
}

}  // namespace nwd::testing
