---
mode: "0600"
unit: mariadb-peers.service
---
-- Made by provision. The connections to the other masters. Where each stands is in the database (gtid_slave_pos), not here.
CREATE USER IF NOT EXISTS 'repl'@'%' IDENTIFIED BY '{{ secret "db-repl" }}' REQUIRE SSL;
ALTER USER 'repl'@'%' IDENTIFIED BY '{{ secret "db-repl" }}' REQUIRE SSL;
GRANT REPLICATION SLAVE ON *.* TO 'repl'@'%';
CREATE USER IF NOT EXISTS 'lookup'@'%' IDENTIFIED BY '{{ secret "db-lookup" }}';
ALTER USER 'lookup'@'%' IDENTIFIED BY '{{ secret "db-lookup" }}';
CREATE USER IF NOT EXISTS 'backup'@'%' IDENTIFIED BY '{{ secret "db-backup" }}';
ALTER USER 'backup'@'%' IDENTIFIED BY '{{ secret "db-backup" }}';
GRANT SELECT, LOCK TABLES, SHOW VIEW, EVENT, TRIGGER, RELOAD, BINLOG MONITOR ON *.* TO 'backup'@'%';
CREATE DATABASE IF NOT EXISTS mail;
GRANT SELECT ON mail.* TO 'lookup'@'%';
{{~ for peer in (hosts "role=db")
      if peer.name == host.name; continue; end ~}}

CHANGE MASTER '{{ peer.name }}' TO
    MASTER_HOST = '{{ peer.address }}', MASTER_PORT = 3306,
    MASTER_USER = 'repl', MASTER_PASSWORD = '{{ secret "db-repl" }}',
    MASTER_USE_GTID = slave_pos, MASTER_SSL = 1, MASTER_SSL_VERIFY_SERVER_CERT = 0,
    MASTER_CONNECT_RETRY = 10, MASTER_HEARTBEAT_PERIOD = 10;
START SLAVE '{{ peer.name }}';
{{~ end ~}}
