// SPDX-License-Identifier: GPL-2.0-or-later
// Forwards events about objects of a cluster to the cluster (events.k8s.io/v1): one Event per kind of occurrence,
// updated as a series when it recurs. Bounded. Events above the limit are dropped, because no code acts on an event.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <deque>
#include <map>

#include "fos1/features/event_feed.h"
#include "kube/kube_source.h"

namespace fos1::crd {

class EventWriter : public QObject, public IEventListener {
    Q_OBJECT
   public:
    /// Both outlive the object.
    EventWriter(kube::ApiClient& client, const KubeSource& source, QString node, QObject* parent = nullptr);

    void onEvent(const QCborMap& event) override;

   private:
    struct Series {
        QElapsedTimer written;
        bool isDirty = false;  ///< some of it has not been written yet
        QCborMap last;
    };

    void work();
    void post(const QString& name, const QCborMap& event);
    void patch(const QString& name, const QCborMap& event);
    void done();

    kube::ApiClient& m_client;
    const KubeSource& m_source;
    QString m_node;
    std::map<QString, Series> m_series;  ///< by the name of the Event
    std::deque<QString> m_waiting;
    bool m_isBusy = false;
    double m_credit;
    QElapsedTimer m_credited;
    QTimer m_timer;
};

}  // namespace fos1::crd
