// SPDX-License-Identifier: GPL-2.0-or-later
// Carries events about objects of a cluster there (events.k8s.io/v1): one Event for each thing that happens, and its
// series when it happens again. Bounded; what is over the limit is dropped, since nothing acts on an event.
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
        bool isDirty = false;  ///< something of it has yet to be written
        QCborMap last;
    };

    void work();
    void post(const QString& name, const QCborMap& event);
    void patch(const QString& name, const QCborMap& event);
    void done();

    kube::ApiClient& m_client;
    const KubeSource& m_source;
    QString m_node;
    std::map<QString, Series> m_series;  ///< by the Event's name
    std::deque<QString> m_waiting;
    bool m_isBusy = false;
    double m_credit;
    QElapsedTimer m_credited;
    QTimer m_timer;
};

}  // namespace fos1::crd
