// Metrics of this process, in Prometheus' text format.
//
//   metrics::Registry registry;
//   metrics::CounterFamily written = registry.AddCounter("nwd_store_commits_total", "Commits made durable.");
//   metrics::Counter commits = written.With({{"store", "consent"}});   // look up once, keep
//   commits.Increment();                                              // some nanoseconds
//
//   metrics::Registration figures = registry.OnScrape([&](metrics::Scrape& scrape) {   // read only when asked
//     scrape.Gauge("nwd_store_cache_bytes", "Bytes in the block cache.", store.CacheBytes());
//   });
//
// Families and handles are small values that point into the registry; they are valid while it lives, and copying one
// does not copy the figure. The same name, or the same labels, asked for twice gives the same figure; a name that
// Prometheus does not allow, or one used for two kinds, ends the program. Everything is thread-safe. Base units:
// seconds and bytes. Never a label whose values are people's or organisations': labels are few and known beforehand.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
template <typename T>
class Family;
}  // namespace prometheus

namespace nwd::metrics {

using Labels = std::vector<std::pair<std::string, std::string>>;

// Only goes up.
class Counter {
 public:
  void Increment(double by = 1);
  double Value() const;

 private:
  friend class CounterFamily;
  explicit Counter(prometheus::Counter* counter) : counter_(counter) {}
  prometheus::Counter* counter_;
};

class Gauge {
 public:
  void Set(double value);
  void Add(double by);
  double Value() const;

 private:
  friend class GaugeFamily;
  explicit Gauge(prometheus::Gauge* gauge) : gauge_(gauge) {}
  prometheus::Gauge* gauge_;
};

class Histogram {
 public:
  void Observe(double value);
  void Observe(absl::Duration duration) { Observe(absl::ToDoubleSeconds(duration)); }

 private:
  friend class HistogramFamily;
  explicit Histogram(prometheus::Histogram* histogram) : histogram_(histogram) {}
  prometheus::Histogram* histogram_;
};

class CounterFamily {
 public:
  Counter With(const Labels& labels = {});

 private:
  friend class Registry;
  explicit CounterFamily(prometheus::Family<prometheus::Counter>* family) : family_(family) {}
  prometheus::Family<prometheus::Counter>* family_;
};

class GaugeFamily {
 public:
  Gauge With(const Labels& labels = {});

 private:
  friend class Registry;
  explicit GaugeFamily(prometheus::Family<prometheus::Gauge>* family) : family_(family) {}
  prometheus::Family<prometheus::Gauge>* family_;
};

class HistogramFamily {
 public:
  Histogram With(const Labels& labels = {});

 private:
  friend class Registry;
  HistogramFamily(prometheus::Family<prometheus::Histogram>* family, std::vector<double> buckets)
      : family_(family), buckets_(std::move(buckets)) {}
  prometheus::Family<prometheus::Histogram>* family_;
  std::vector<double> buckets_;
};

// Upper bounds for times from 50 µs to 10 s, in seconds.
const std::vector<double>& LatencyBuckets();

// What a scrape callback fills in. Callbacks that name the same family add to it.
class Scrape {
 public:
  virtual ~Scrape() = default;
  virtual void Counter(const std::string& name, const std::string& help, double value, const Labels& labels = {}) = 0;
  virtual void Gauge(const std::string& name, const std::string& help, double value, const Labels& labels = {}) = 0;
};

// Keeps a scrape callback in place; when it goes, the callback is not running and will not run again. It must go before
// the registry.
class Registration {
 public:
  Registration() = default;
  explicit Registration(std::function<void()> remove) : remove_(std::move(remove)) {}
  Registration(Registration&& other) noexcept : remove_(std::exchange(other.remove_, nullptr)) {}
  Registration& operator=(Registration&& other) noexcept {
    std::swap(remove_, other.remove_);
    return *this;
  }
  ~Registration() {
    if (remove_) remove_();
  }

 private:
  std::function<void()> remove_;
};

class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  CounterFamily AddCounter(const std::string& name, const std::string& help) noexcept;
  GaugeFamily AddGauge(const std::string& name, const std::string& help) noexcept;
  HistogramFamily AddHistogram(const std::string& name, const std::string& help,
                               std::vector<double> buckets = LatencyBuckets()) noexcept;

  // `read` runs on the scraping thread, one scrape at a time; it must not scrape, nor add or drop registrations.
  [[nodiscard]] Registration OnScrape(std::function<void(Scrape&)> read);

  // All figures as Prometheus' text format 0.0.4.
  std::string Text() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace nwd::metrics
