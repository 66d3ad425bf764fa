// SPDX-License-Identifier: GPL-2.0-or-later
// Delays the deletion of an object that this node serves until everything that depends on it is withdrawn, up to a
// limit. Puts a finalizer of this node on the object and removes it when the plugins have acted on the deletion, or at
// the limit. Any other node removes the finalizers of nodes that do not answer, after twice the limit.
#pragma once

#include <QDeadlineTimer>
#include <QElapsedTimer>
#include <QObject>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "kube/kube_source.h"

namespace fos1::crd {

class Finalizers : public QObject {
    Q_OBJECT
   public:
    struct Options {
        QString node;
        std::set<QString> kinds;  ///< "group/version/Kind"
        std::chrono::milliseconds limit{30'000};
        /// Time after the plugins are done, for subscribers that follow them over the bus.
        std::chrono::milliseconds aftermath{500};
    };
    /// The number of plugins that have yet to act on the desired state of a kind.
    using Pending = std::function<int(const ObjectKey& key)>;
    /// Whether this node serves the object; nothing: unknown yet.
    using IsServed = std::function<std::optional<bool>(const ObjectKey& key)>;

    Finalizers(kube::ApiClient& client, const KubeSource& source, Options options, Pending pending, IsServed isServed,
               QObject* parent = nullptr);

    void consider(const ObjectKey& key);

    [[nodiscard]] const QString& problem() const { return m_problem; }

   Q_SIGNALS:
    void stateChanged();

   private:
    struct Farewell {
        QElapsedTimer since;                       ///< when the deletion was first seen
        QElapsedTimer settled;                     ///< since when the plugins are done; invalid: they are not
        QDeadlineTimer retry = QDeadlineTimer(0);  ///< no request before this time, because the last one failed
    };

    void tick();
    void write(const ObjectKey& key, const ClusterObject& object, const QStringList& finalizers);

    kube::ApiClient& m_client;
    const KubeSource& m_source;
    Options m_options;
    QString m_finalizer;
    Pending m_pending;
    IsServed m_isServed;
    std::map<ObjectKey, Farewell> m_farewells;
    std::set<ObjectKey> m_busy;
    QTimer m_timer;
    QString m_problem;
};

/// "fos1.io/withdraw.NODE"; a long node name is shortened to a hash.
QString finalizerOf(const QString& node);

}  // namespace fos1::crd
