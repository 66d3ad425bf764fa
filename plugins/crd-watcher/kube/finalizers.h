// SPDX-License-Identifier: GPL-2.0-or-later
// Keeps an object that this node serves from vanishing before what depends on it was withdrawn, and never for long: a
// finalizer of this node's on what it serves, taken off when the plugins have acted on the deletion, or after a limit.
// Those of nodes that do not answer are taken off by any other after twice that.
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
        /// After the plugins are done, for those that follow them over the bus.
        std::chrono::milliseconds aftermath{500};
    };
    /// How many plugins have yet to act on the desired state of a kind.
    using Pending = std::function<int(const ObjectKey& key)>;
    /// Whether this node serves the object; nothing: it is not known yet.
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
        QDeadlineTimer retry = QDeadlineTimer(0);  ///< no request before, for the last one failed
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

/// "fos1.io/withdraw.NODE"; a name too long for that is shortened to a hash.
QString finalizerOf(const QString& node);

}  // namespace fos1::crd
