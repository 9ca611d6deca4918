BEGIN TRANSACTION;
CREATE TABLE clocks (
	supplier TEXT NOT NULL, 
	mode TEXT NOT NULL, 
	rate FLOAT NOT NULL, 
	anchor BIGINT NOT NULL, 
	anchor_wall BIGINT NOT NULL, 
	advancing TEXT DEFAULT '' NOT NULL, 
	advancing_until BIGINT, 
	PRIMARY KEY (supplier)
);
INSERT INTO "clocks" VALUES('default','manual',0.0,1795475887453941,1795475887453941,'',NULL);
CREATE TABLE dropped (
	supplier TEXT NOT NULL, 
	count BIGINT NOT NULL, 
	last BIGINT NOT NULL, 
	until_wall BIGINT NOT NULL, 
	PRIMARY KEY (supplier)
);
CREATE TABLE editions (
	digest TEXT NOT NULL, 
	name TEXT NOT NULL, 
	dialect TEXT NOT NULL, 
	source TEXT NOT NULL, 
	PRIMARY KEY (digest)
);
INSERT INTO "editions" VALUES('9af16bb902c5b7d3d74660f8489cc51d','ORDER_SUCCESSFUL','fibre_cafe','scenario: ORDER_SUCCESSFUL
about: Accepted, then acknowledged, committed and completed; the default.
params:
  gap: {type: duration, default: 30s, header: X-Kci-Delay}
  targetDateOffset: {type: integer, default: null}
reply: accept
timeline:
  - {after: "{{ gap }}", send: ACKNOWLEDGED}
  - after: "{{ gap }}"
    send: COMMITTED
    set: {targetDate: "{{ now | plus(targetDateOffset ~ ''d'') if targetDateOffset != none else none }}"}
  - {after: "{{ gap }}", send: COMPLETED}
');
CREATE TABLE journal (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	supplier TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	at_wall BIGINT NOT NULL, 
	direction TEXT NOT NULL, 
	"order" TEXT NOT NULL, 
	kci TEXT NOT NULL, 
	method TEXT NOT NULL, 
	path TEXT NOT NULL, 
	request TEXT NOT NULL, 
	response TEXT NOT NULL, 
	scenario TEXT NOT NULL, 
	reasons TEXT NOT NULL, 
	findings TEXT NOT NULL, 
	took BIGINT NOT NULL
);
INSERT INTO "journal" VALUES(1,'default',1795475887453941,1795475887461168,'in','de481845-6747-4b78-9fcb-9d525f3cd15c','','POST','/service-orders','{"headers":{"content-type":"application/json","x-request-id":"00000000-0000-4000-8000-000000000001","x-conversation-id":"00000000-0000-4000-9000-000000000001","tenant":"TENANT1"},"body":"{\"id\":1,\"orderType\":\"NEW\",\"tenant\":\"TENANT1\",\"address\":{\"id\":\"100023336956\",\"type\":\"UPRN\"},\"serviceOrderItem\":{\"serviceSpecification\":{\"id\":\"FTTP\"},\"serviceCharacteristics\":[{\"name\":\"LINE_PROFILE\",\"value\":\"1000/115\"}]},\"primaryContact\":{\"name\":\"Ada Park\",\"email\":\"ada@example.test\",\"phoneNumber\":\"01632 960101\"},\"appointmentReservationId\":871,\"appointmentReservationReference\":\"APT-871-X\",\"engineerTasks\":[\"INSTALL_ROUTER\"]}"}','{"code":202,"headers":{},"body":null}','ORDER_SUCCESSFUL','["the supplier''s default: no `when` fits","not CEASE_SUCCESSFUL: operation is cease, but it is provide","not CEASE_UNKNOWN_SERVICE: it has no `when`","not ETHERNET_SUCCESSFUL: operation is ethernet, but it is provide","not MODIFY_SUCCESSFUL: operation is modify, but it is provide","not ORDER_ACKNOWLEDGED: it has no `when`","not ORDER_ACKNOWLEDGED_LATER: it has no `when`","not ORDER_APPOINTMENT_DROPPED: it has no `when`","not ORDER_CANCELLED: it has no `when`","not ORDER_COMMITTED_LATER: it has no `when`","not ORDER_DELAYED: it has no `when`","not ORDER_DELAYED_DATE_MOVED: it has no `when`","not ORDER_DELAYED_EARLY: it has no `when`","not ORDER_FAILED: it has no `when`","not ORDER_IN_PROGRESS: it has no `when`","not ORDER_NO_RETURN: it has no `when`","not ORDER_ON_SIGNAL: it has no `when`","not ORDER_ONE_AMENDMENT: it has no `when`","not ORDER_PARTIAL: it has no `when`","not ORDER_PENDING: it has no `when`","not ORDER_PENDING_EARLY: it has no `when`","not ORDER_REAPPOINT: it has no `when`","not ORDER_REAPPOINT_HELD: it has no `when`","not ORDER_REAPPOINTED: it has no `when`","not ORDER_REJECTED: it has no `when`","not ORDER_REJECTED_LATER: it has no `when`","not ORDER_RESUBMIT: it has no `when`","not ORDER_TERMINATED: it has no `when`","not ORDER_TERMINATED_EARLY: it has no `when`","not ORDER_WARNING: it has no `when`"]','[]',12638);
INSERT INTO "journal" VALUES(2,'default',1795475887453941,1795475887476249,'in','c5749a7a-37c3-423e-87c3-95ecfedb9454','','POST','/service-orders','{"headers":{"content-type":"application/json","x-request-id":"00000000-0000-4000-8000-000000000002","x-conversation-id":"00000000-0000-4000-9000-000000000002","tenant":"TENANT1"},"body":"{\"id\":2,\"orderType\":\"NEW\",\"tenant\":\"TENANT1\",\"address\":{\"id\":\"100023336956\",\"type\":\"UPRN\"},\"serviceOrderItem\":{\"serviceSpecification\":{\"id\":\"FTTP\"},\"serviceCharacteristics\":[{\"name\":\"LINE_PROFILE\",\"value\":\"1000/115\"}]},\"primaryContact\":{\"name\":\"Ada Park\",\"email\":\"ada@example.test\",\"phoneNumber\":\"01632 960101\"},\"appointmentReservationId\":871,\"appointmentReservationReference\":\"APT-871-X\",\"engineerTasks\":[\"INSTALL_ROUTER\"]}"}','{"code":202,"headers":{},"body":null}','ORDER_SUCCESSFUL','["the supplier''s default: no `when` fits","not CEASE_SUCCESSFUL: operation is cease, but it is provide","not CEASE_UNKNOWN_SERVICE: it has no `when`","not ETHERNET_SUCCESSFUL: operation is ethernet, but it is provide","not MODIFY_SUCCESSFUL: operation is modify, but it is provide","not ORDER_ACKNOWLEDGED: it has no `when`","not ORDER_ACKNOWLEDGED_LATER: it has no `when`","not ORDER_APPOINTMENT_DROPPED: it has no `when`","not ORDER_CANCELLED: it has no `when`","not ORDER_COMMITTED_LATER: it has no `when`","not ORDER_DELAYED: it has no `when`","not ORDER_DELAYED_DATE_MOVED: it has no `when`","not ORDER_DELAYED_EARLY: it has no `when`","not ORDER_FAILED: it has no `when`","not ORDER_IN_PROGRESS: it has no `when`","not ORDER_NO_RETURN: it has no `when`","not ORDER_ON_SIGNAL: it has no `when`","not ORDER_ONE_AMENDMENT: it has no `when`","not ORDER_PARTIAL: it has no `when`","not ORDER_PENDING: it has no `when`","not ORDER_PENDING_EARLY: it has no `when`","not ORDER_REAPPOINT: it has no `when`","not ORDER_REAPPOINT_HELD: it has no `when`","not ORDER_REAPPOINTED: it has no `when`","not ORDER_REJECTED: it has no `when`","not ORDER_REJECTED_LATER: it has no `when`","not ORDER_RESUBMIT: it has no `when`","not ORDER_TERMINATED: it has no `when`","not ORDER_TERMINATED_EARLY: it has no `when`","not ORDER_WARNING: it has no `when`"]','[]',3249);
CREATE TABLE kcis (
	id TEXT NOT NULL, 
	"order" TEXT NOT NULL, 
	supplier TEXT NOT NULL, 
	request TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	due_at BIGINT NOT NULL, 
	send TEXT NOT NULL, 
	status TEXT NOT NULL, 
	mark TEXT NOT NULL, 
	"set" TEXT NOT NULL, 
	fields TEXT NOT NULL, 
	illegal BOOLEAN NOT NULL, 
	state TEXT NOT NULL, 
	sequence INTEGER, 
	issued_at BIGINT, 
	body TEXT, 
	attempts INTEGER NOT NULL, 
	last TEXT, 
	gate TEXT NOT NULL, 
	gate_at BIGINT, 
	PRIMARY KEY (id), 
	UNIQUE ("order", position), 
	UNIQUE ("order", sequence)
);
INSERT INTO "kcis" VALUES('649e6509-9db9-4983-af98-18fdbcd442fe','de481845-6747-4b78-9fcb-9d525f3cd15c','default','470106c0-6565-4f75-a7f2-3063da0dba1a',1,1795475917453941,'ACKNOWLEDGED','','','{}','{}',0,'waiting',NULL,NULL,NULL,0,NULL,'',NULL);
INSERT INTO "kcis" VALUES('a7058892-d16d-4f52-bf27-c93736ac8be1','de481845-6747-4b78-9fcb-9d525f3cd15c','default','470106c0-6565-4f75-a7f2-3063da0dba1a',2,1795475947453941,'COMMITTED','','','{"targetDate":"{{ now | plus(targetDateOffset ~ ''d'') if targetDateOffset != none else none }}"}','{}',0,'waiting',NULL,NULL,NULL,0,NULL,'',NULL);
INSERT INTO "kcis" VALUES('b308f9f0-ae6e-43cf-b0ec-ce8d22edba10','de481845-6747-4b78-9fcb-9d525f3cd15c','default','470106c0-6565-4f75-a7f2-3063da0dba1a',3,1795475977453941,'COMPLETED','','','{}','{}',0,'waiting',NULL,NULL,NULL,0,NULL,'',NULL);
INSERT INTO "kcis" VALUES('e710abd6-aaeb-456b-adf1-001378803009','c5749a7a-37c3-423e-87c3-95ecfedb9454','default','b362c7a0-3388-45f5-ae15-f5be5ecdd900',1,1795475917453941,'ACKNOWLEDGED','','','{}','{}',0,'waiting',NULL,NULL,NULL,0,NULL,'',NULL);
INSERT INTO "kcis" VALUES('17cb3022-10b8-4225-a5cb-1dc87572224b','c5749a7a-37c3-423e-87c3-95ecfedb9454','default','b362c7a0-3388-45f5-ae15-f5be5ecdd900',2,1795475947453941,'COMMITTED','','','{"targetDate":"{{ now | plus(targetDateOffset ~ ''d'') if targetDateOffset != none else none }}"}','{}',0,'waiting',NULL,NULL,NULL,0,NULL,'',NULL);
INSERT INTO "kcis" VALUES('b667ac5d-94a6-44df-bb55-f96fbe9f9a6a','c5749a7a-37c3-423e-87c3-95ecfedb9454','default','b362c7a0-3388-45f5-ae15-f5be5ecdd900',3,1795475977453941,'COMPLETED','','','{}','{}',0,'waiting',NULL,NULL,NULL,0,NULL,'',NULL);
CREATE TABLE lanes (
	"order" TEXT NOT NULL, 
	supplier TEXT NOT NULL, 
	state TEXT NOT NULL, 
	due BIGINT, 
	wake BIGINT, 
	owner TEXT NOT NULL, 
	fence BIGINT NOT NULL, 
	next_sequence INTEGER NOT NULL, 
	next_position INTEGER NOT NULL, 
	PRIMARY KEY ("order")
);
INSERT INTO "lanes" VALUES('de481845-6747-4b78-9fcb-9d525f3cd15c','default','due',1795475917453941,NULL,'',0,1,4);
INSERT INTO "lanes" VALUES('c5749a7a-37c3-423e-87c3-95ecfedb9454','default','due',1795475917453941,NULL,'',0,1,4);
CREATE TABLE meta (
	"key" TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('schema','3');
INSERT INTO "meta" VALUES('root','7b0b3987-8a88-48aa-8ed3-2573ad571c2f');
INSERT INTO "meta" VALUES('beat','0');
CREATE TABLE orders (
	id TEXT NOT NULL, 
	supplier TEXT NOT NULL, 
	tenant TEXT NOT NULL, 
	ref TEXT NOT NULL, 
	number TEXT NOT NULL, 
	operation TEXT NOT NULL, 
	status TEXT NOT NULL, 
	"before" TEXT NOT NULL, 
	memo TEXT NOT NULL, 
	marks TEXT NOT NULL, 
	used TEXT NOT NULL, 
	document TEXT NOT NULL, 
	scenario TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	seed_key TEXT NOT NULL, 
	request_id TEXT NOT NULL, 
	conversation_id TEXT NOT NULL, 
	received_at BIGINT NOT NULL, 
	updated_at BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "orders" VALUES('de481845-6747-4b78-9fcb-9d525f3cd15c','default','TENANT1','1','','provide','RECEIVED','[]','{}','[]','{}','{"id":1,"orderType":"NEW","tenant":"TENANT1","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"},"appointmentReservationId":871,"appointmentReservationReference":"APT-871-X","engineerTasks":["INSTALL_ROUTER"]}','ORDER_SUCCESSFUL','9af16bb902c5b7d3d74660f8489cc51d','8ea20e3924fbba6d','00000000-0000-4000-8000-000000000001','00000000-0000-4000-9000-000000000001',1795475887453941,1795475887453941);
INSERT INTO "orders" VALUES('c5749a7a-37c3-423e-87c3-95ecfedb9454','default','TENANT1','2','','provide','RECEIVED','[]','{}','[]','{}','{"id":2,"orderType":"NEW","tenant":"TENANT1","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"},"appointmentReservationId":871,"appointmentReservationReference":"APT-871-X","engineerTasks":["INSTALL_ROUTER"]}','ORDER_SUCCESSFUL','9af16bb902c5b7d3d74660f8489cc51d','8ea20e3924fbba6d#1','00000000-0000-4000-8000-000000000002','00000000-0000-4000-9000-000000000002',1795475887453941,1795475887453941);
CREATE TABLE pins (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	supplier TEXT NOT NULL, 
	scenario TEXT NOT NULL, 
	times INTEGER, 
	"when" TEXT NOT NULL
);
CREATE TABLE received (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	supplier TEXT NOT NULL, 
	at_wall BIGINT NOT NULL, 
	"order" TEXT NOT NULL, 
	headers TEXT NOT NULL, 
	body TEXT, 
	code INTEGER NOT NULL, 
	findings TEXT NOT NULL
);
CREATE TABLE repeats (
	supplier TEXT NOT NULL, 
	action TEXT NOT NULL, 
	tenant TEXT NOT NULL, 
	ref TEXT NOT NULL, 
	scenario TEXT NOT NULL, 
	count INTEGER NOT NULL, 
	PRIMARY KEY (supplier, action, tenant, ref)
);
CREATE TABLE requests (
	id TEXT NOT NULL, 
	"order" TEXT NOT NULL, 
	supplier TEXT NOT NULL, 
	action TEXT NOT NULL, 
	operation TEXT NOT NULL, 
	tenant TEXT NOT NULL, 
	ref TEXT NOT NULL, 
	fingerprint TEXT NOT NULL, 
	number TEXT NOT NULL, 
	status TEXT NOT NULL, 
	document TEXT NOT NULL, 
	params TEXT NOT NULL, 
	answer TEXT NOT NULL, 
	received_at BIGINT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (supplier, action, tenant, ref)
);
INSERT INTO "requests" VALUES('470106c0-6565-4f75-a7f2-3063da0dba1a','de481845-6747-4b78-9fcb-9d525f3cd15c','default','create','provide','TENANT1','1','52368c6e7bcf42294e9691db7e229630','','applied','{"id":1,"orderType":"NEW","tenant":"TENANT1","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"},"appointmentReservationId":871,"appointmentReservationReference":"APT-871-X","engineerTasks":["INSTALL_ROUTER"]}','{"gap":"30s","targetDateOffset":null}','{"code":202,"body":null,"headers":{}}',1795475887453941);
INSERT INTO "requests" VALUES('b362c7a0-3388-45f5-ae15-f5be5ecdd900','c5749a7a-37c3-423e-87c3-95ecfedb9454','default','create','provide','TENANT1','2','8b3657172ed953cbc4f6b55be615467a','','applied','{"id":2,"orderType":"NEW","tenant":"TENANT1","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"},"appointmentReservationId":871,"appointmentReservationReference":"APT-871-X","engineerTasks":["INSTALL_ROUTER"]}','{"gap":"30s","targetDateOffset":null}','{"code":202,"body":null,"headers":{}}',1795475887453941);
CREATE TABLE seed_keys (
	supplier TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	count INTEGER NOT NULL, 
	PRIMARY KEY (supplier, "key")
);
INSERT INTO "seed_keys" VALUES('default','8ea20e3924fbba6d',2);
CREATE TABLE suppliers (
	name TEXT NOT NULL, 
	edition TEXT NOT NULL, 
	settings TEXT NOT NULL, 
	made_wall BIGINT NOT NULL, 
	standing TEXT NOT NULL, 
	tenant TEXT NOT NULL, 
	client TEXT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE uploads (
	supplier TEXT NOT NULL, 
	name TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	source TEXT NOT NULL, 
	PRIMARY KEY (supplier, name)
);
CREATE INDEX suppliers_called ON suppliers (standing, tenant);
CREATE INDEX suppliers_client ON suppliers (standing, client);
CREATE INDEX orders_ref ON orders (supplier, tenant, ref);
CREATE INDEX orders_page ON orders (supplier, received_at, id);
CREATE INDEX orders_number ON orders (supplier, number);
CREATE INDEX requests_order ON requests ("order");
CREATE INDEX lanes_wake ON lanes (wake) WHERE wake IS NOT NULL;
CREATE INDEX lanes_due ON lanes (supplier, state, due);
CREATE INDEX kcis_open ON kcis ("order", due_at, position) WHERE state IN ('waiting', 'attempted', 'paused');
CREATE INDEX kcis_state ON kcis (supplier, state, due_at);
CREATE INDEX journal_page ON journal (supplier, id);
CREATE INDEX journal_order ON journal (supplier, "order", id);
CREATE INDEX received_order ON received (supplier, "order", id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('journal',2);
COMMIT;
