// SPDX-License-Identifier: GPL-2.0-or-later
// Looks up, as chronyd does, the names of sources for which chronyd has no address, to tell why it has none. Changes
// nothing.
#pragma once

#include <QHostInfo>
#include <QObject>
#include <chrono>
#include <map>
#include <set>

namespace fos1::ntp {

class NameLookups final : public QObject {
    Q_OBJECT
   public:
    static constexpr std::chrono::seconds kAgain{60};
    static constexpr std::size_t kMostAtOnce = 4;
    static constexpr std::size_t kMostNames = 256;

    struct Outcome {
        QString error;          ///< the resolver's words; empty: it succeeded
        QStringList addresses;  ///< numeric
        bool isOf(const QString& address) const { return addresses.contains(address); }
        bool operator==(const Outcome&) const = default;
    };

    using QObject::QObject;
    ~NameLookups() override;

    /// The names of interest now. Each is looked up at once and again each kAgain; the outcomes of others are
    /// forgotten.
    void want(const std::set<QString>& names);
    /// Null: not known yet.
    [[nodiscard]] const Outcome* of(const QString& name) const;

   private Q_SLOTS:
    void onLookedUp(const QHostInfo& host);

   private:
    struct Entry {
        std::optional<Outcome> outcome;
        std::optional<int> lookup;  ///< under way
        std::chrono::steady_clock::time_point askedAt;
    };

    void askNext();

    std::map<QString, Entry> m_names;
};

}  // namespace fos1::ntp
