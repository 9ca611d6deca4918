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
INSERT INTO "clocks" VALUES('default','manual',0.0,1732470371398012,1732470341665244,'',NULL);
INSERT INTO "clocks" VALUES('mef','manual',0.0,1732470371398012,1732470341656411,'',NULL);
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
INSERT INTO "editions" VALUES('e22b506ee16b3fa86eef55ec2bc81f1c','ORDER_DELAYED','fibre_cafe','scenario: ORDER_DELAYED
about: Accepted, acknowledged, committed, held up by a problem, resumed, completed.
params:
  gap: {type: duration, default: 30s, header: X-Kci-Delay}
  targetDateOffset: {type: integer, default: null}
  problemCode: {default: UNKNOWN_FAULT, header: X-Problem-Code}
reply: accept
timeline:
  - {after: "{{ gap }}", send: ACKNOWLEDGED}
  - after: "{{ gap }}"
    send: COMMITTED
    set: {targetDate: "{{ now | plus(targetDateOffset ~ ''d'') if targetDateOffset != none else none }}"}
  - {after: "{{ gap }}", send: DELAY, with: {problemCode: "{{ problemCode }}", text: Works stopped}}
  - {after: "{{ gap }}", send: RESUMED}
  - {after: "{{ gap }}", send: COMPLETED}
');
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
INSERT INTO "editions" VALUES('67682a9743d7dcd2ee0c472733591bfa','ORDER_ON_SIGNAL','fibre_cafe','scenario: ORDER_ON_SIGNAL
about: Acknowledged; committed when the signal `survey` is given, completed after `install`.
params:
  gap: {type: duration, default: 30s, header: X-Kci-Delay}
  targetDateOffset: {type: integer, default: null}
timeline:
  - {after: "{{ gap }}", send: ACKNOWLEDGED}
  - {after: 0s, wait: survey}
  - after: "{{ gap }}"
    send: COMMITTED
    set: {targetDate: "{{ now | plus(targetDateOffset ~ ''d'') if targetDateOffset != none else none }}"}
  - {after: 0s, wait: install}
  - {after: "{{ gap }}", send: COMPLETED}
');
INSERT INTO "editions" VALUES('9ae7ade855aec1732e93cf2d084f775e','OWN_STEPS','fibre_cafe','scenario: OWN_STEPS
about: Every kind of step.
reply: accept
timeline:
  - {after: 30s, send: ACKNOWLEDGED}
  - {after: 30s, mark: halfway}
  - {after: 0s, status: IN_PROGRESS, illegal: true}
  - {after: 30s, send: COMMITTED, illegal: true, set: {notes: "it''s {{ order.tenant }} \"here\""}}
  - {after: 30s, send: UPDATE, illegal: true, with: {text: "Grüße {{ order.ref }}", problemCode: null}}
  - {after: 30s, send: COMPLETED}
');
INSERT INTO "editions" VALUES('3d69af99cc73a35bdec1e8e2c557f712','HELD_BY_BUYER','mef','scenario: HELD_BY_BUYER
about: Lets the Buyer hold the order, in which time it stands still, and release it.
params:
  gap: {type: duration, default: 30s, header: X-Kci-Delay}
reply: commit
timeline:
  - {after: "{{ gap }}", send: CONFIGURATION}
  - {after: "{{ gap }}", send: CONFIRMATION}
  - {after: "{{ gap }}", send: COMPLETION}
hold:
  - reply: acknowledge
release:
  - reply: acknowledge
');
CREATE TABLE holds (
	supplier TEXT NOT NULL, 
	state TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	since_wall BIGINT NOT NULL, 
	until_wall BIGINT, 
	good INTEGER NOT NULL, 
	slot_wall BIGINT NOT NULL, 
	PRIMARY KEY (supplier)
);
INSERT INTO "holds" VALUES('default','stopped','an operator stopped it',1732470343669650,NULL,0,0);
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
INSERT INTO "journal" VALUES(1,'default',1732470341398012,1732470341533603,'in','a3a57f8d-1f7f-413e-8e76-8e36d0c59a1a','','POST','/service-orders','{"headers":{"host":"127.0.0.1:39593","user-agent":"python-requests/2.34.2","accept-encoding":"gzip, deflate","accept":"*/*","connection":"keep-alive","content-type":"application/json","x-request-id":"r-1","x-conversation-id":"c-1","tenant":"TENANT1","x-scenario":"ORDER_DELAYED","content-length":"341"},"body":"{\"id\": 4101, \"orderType\": \"NEW\", \"tenant\": \"TENANT1\", \"address\": {\"id\": \"100023336956\", \"type\": \"UPRN\"}, \"serviceOrderItem\": {\"serviceSpecification\": {\"id\": \"FTTP\"}, \"serviceCharacteristics\": [{\"name\": \"LINE_PROFILE\", \"value\": \"1000/115\"}]}, \"primaryContact\": {\"name\": \"Ada Park\", \"email\": \"ada@example.test\", \"phoneNumber\": \"01632 960101\"}}"}','{"code":202,"headers":{},"body":null}','ORDER_DELAYED','["header X-Scenario: ORDER_DELAYED"]','[]',13869);
INSERT INTO "journal" VALUES(2,'default',1732470341398012,1732470341620688,'in','6f83e2a5-433f-4f46-93db-90e25fe43001','','POST','/service-orders','{"headers":{"host":"127.0.0.1:39593","user-agent":"python-requests/2.34.2","accept-encoding":"gzip, deflate","accept":"*/*","connection":"keep-alive","content-type":"application/json","x-request-id":"r-1","x-conversation-id":"c-1","tenant":"TENANT1","x-scenario":"ORDER_SUCCESSFUL","content-length":"341"},"body":"{\"id\": 4102, \"orderType\": \"NEW\", \"tenant\": \"TENANT1\", \"address\": {\"id\": \"100023336956\", \"type\": \"UPRN\"}, \"serviceOrderItem\": {\"serviceSpecification\": {\"id\": \"FTTP\"}, \"serviceCharacteristics\": [{\"name\": \"LINE_PROFILE\", \"value\": \"1000/115\"}]}, \"primaryContact\": {\"name\": \"Ada Park\", \"email\": \"ada@example.test\", \"phoneNumber\": \"01632 960101\"}}"}','{"code":202,"headers":{},"body":null}','ORDER_SUCCESSFUL','["header X-Scenario: ORDER_SUCCESSFUL"]','[]',1422);
INSERT INTO "journal" VALUES(3,'default',1732470341398012,1732470341626211,'in','f5d908b3-54a8-4cc6-bceb-49ccab4a5d4c','','POST','/service-orders','{"headers":{"host":"127.0.0.1:39593","user-agent":"python-requests/2.34.2","accept-encoding":"gzip, deflate","accept":"*/*","connection":"keep-alive","content-type":"application/json","x-request-id":"r-1","x-conversation-id":"c-1","tenant":"TENANT1","x-scenario":"ORDER_SUCCESSFUL","content-length":"341"},"body":"{\"id\": 4103, \"orderType\": \"NEW\", \"tenant\": \"TENANT1\", \"address\": {\"id\": \"100023336956\", \"type\": \"UPRN\"}, \"serviceOrderItem\": {\"serviceSpecification\": {\"id\": \"FTTP\"}, \"serviceCharacteristics\": [{\"name\": \"LINE_PROFILE\", \"value\": \"1000/115\"}]}, \"primaryContact\": {\"name\": \"Ada Park\", \"email\": \"ada@example.test\", \"phoneNumber\": \"01632 960101\"}}"}','{"code":202,"headers":{},"body":null}','ORDER_SUCCESSFUL','["header X-Scenario: ORDER_SUCCESSFUL"]','[]',1033);
INSERT INTO "journal" VALUES(4,'default',1732470341398012,1732470341629360,'in','28fc14d5-95e2-4a48-bb84-a30d96db8172','','POST','/service-orders','{"headers":{"host":"127.0.0.1:39593","user-agent":"python-requests/2.34.2","accept-encoding":"gzip, deflate","accept":"*/*","connection":"keep-alive","content-type":"application/json","x-request-id":"r-1","x-conversation-id":"c-1","tenant":"TENANT1","x-scenario":"ORDER_ON_SIGNAL","content-length":"341"},"body":"{\"id\": 4104, \"orderType\": \"NEW\", \"tenant\": \"TENANT1\", \"address\": {\"id\": \"100023336956\", \"type\": \"UPRN\"}, \"serviceOrderItem\": {\"serviceSpecification\": {\"id\": \"FTTP\"}, \"serviceCharacteristics\": [{\"name\": \"LINE_PROFILE\", \"value\": \"1000/115\"}]}, \"primaryContact\": {\"name\": \"Ada Park\", \"email\": \"ada@example.test\", \"phoneNumber\": \"01632 960101\"}}"}','{"code":202,"headers":{},"body":null}','ORDER_ON_SIGNAL','["header X-Scenario: ORDER_ON_SIGNAL"]','[]',902);
INSERT INTO "journal" VALUES(5,'default',1732470341398012,1732470341632236,'in','8c2e8b0b-1c39-42ea-8233-52bd6b97b356','','POST','/service-orders','{"headers":{"host":"127.0.0.1:39593","user-agent":"python-requests/2.34.2","accept-encoding":"gzip, deflate","accept":"*/*","connection":"keep-alive","content-type":"application/json","x-request-id":"r-1","x-conversation-id":"c-1","tenant":"TENANT1","x-scenario":"OWN_STEPS","content-length":"341"},"body":"{\"id\": 4105, \"orderType\": \"NEW\", \"tenant\": \"TENANT1\", \"address\": {\"id\": \"100023336956\", \"type\": \"UPRN\"}, \"serviceOrderItem\": {\"serviceSpecification\": {\"id\": \"FTTP\"}, \"serviceCharacteristics\": [{\"name\": \"LINE_PROFILE\", \"value\": \"1000/115\"}]}, \"primaryContact\": {\"name\": \"Ada Park\", \"email\": \"ada@example.test\", \"phoneNumber\": \"01632 960101\"}}"}','{"code":202,"headers":{},"body":null}','OWN_STEPS','["header X-Scenario: OWN_STEPS"]','[]',1082);
INSERT INTO "journal" VALUES(6,'mef',1732470341398012,1732470341636642,'in','f60b6fa5-218a-43e0-88e8-8d6604396642','','POST','/orders','{"headers":{"host":"127.0.0.1:39593","user-agent":"python-requests/2.34.2","accept-encoding":"gzip, deflate","accept":"*/*","connection":"keep-alive","content-type":"application/json","x-scenario":"HELD_BY_BUYER","content-length":"2649"},"body":"{\"objectType\": \"order-create-update\", \"buyerId\": \"Verizon\", \"sellerId\": \"Cox Spectrum Business\", \"buyerPurchaseOrderNumber\": \"PO-1\", \"buyerOrderVersion\": \"1\", \"orderDate\": \"2016-10-01T13:20+01:00\", \"orderActivity\": \"INSTALL\", \"desiredResponses\": \"CONFIRMATION_ONLY\", \"requestedCompletionDate\": \"2016-10-11T17:20+01:00\", \"billingInfo\": {\"objectType\": \"billingInformation\", \"existingBillingAccountNumber\": \"12345678\"}, \"buyerOrderContact\": {\"objectType\": \"contact\", \"name\": \"John Doe\", \"telephoneNumber\": \"+1720-666-1234\"}, \"buyerImplementationContact\": {\"objectType\": \"contact\", \"name\": \"Mary Jones\", \"telephoneNumber\": \"+1720-666-1234\"}, \"buyerTechnicalContact\": {\"objectType\": \"contact\", \"name\": \"Mark Smith\", \"telephoneNumber\": \"+1303-354-5645\"}, \"orderType\": \"ACCESS_EPL\", \"orderItems\": [{\"objectType\": \"orderItem\", \"orderItemReference\": \"01\", \"action\": \"INSTALL\", \"quantity\": 1, \"orderItemDetail\": {\"objectType\": \"accessEplProductOrder\", \"sellerOvcId\": \"OVC-123-abc\", \"buyerOvcId\": \"OVC-123-xyz\", \"enniReference\": {\"objectType\": \"existingEnniReference\", \"sellerEnniId\": \"ENNI-123-abc\"}, \"enniSiteContact\": {\"objectType\": \"contact\", \"name\": \"Bob Rice\", \"telephoneNumber\": \"+1320-768-9988\"}, \"enniIngressBandwidthProfile\": {\"objectType\": \"bandwidthProfile\", \"committedInformationRate\": {\"objectType\": \"informationRateQuantity\", \"amount\": 1, \"units\": \"Gbps\"}}, \"uniReference\": {\"objectType\": \"orderedUniReference\", \"orderItemReference\": \"02\"}, \"uniSiteContact\": {\"objectType\": \"contact\", \"name\": \"Bob Rice\", \"telephoneNumber\": \"+1320-768-9988\"}, \"uniIngressBandwidthProfile\": {\"objectType\": \"bandwidthProfile\", \"committedInformationRate\": {\"objectType\": \"informationRateQuantity\", \"amount\": 1, \"units\": \"Gbps\"}}}}, {\"objectType\": \"orderItem\", \"orderItemReference\": \"02\", \"action\": \"INSTALL\", \"quantity\": 1, \"orderItemDetail\": {\"objectType\": \"uniProductOrder\", \"buyerUniId\": \"UNI-343\", \"productSpecification\": {\"objectType\": \"productSpecRef\", \"code\": \"AEVPL100\", \"productSpecification\": {\"objectType\": \"resourceReference\", \"id\": \"prd-spec-00234\", \"type\": \"PRODUCT_SPEC\", \"link\": {\"objectType\": \"link\", \"href\": \"http://product_spec/prod-spec-00234\", \"rel\": \"self\", \"method\": \"get\", \"type\": \"application/json\"}}}, \"physicalLayer\": \"10GBASE_SR\", \"serviceSiteInformation\": {\"objectType\": \"serviceSiteInformation\", \"siteCompanyName\": \"LeaseCo\", \"siteAddressType\": \"FORMATTED_ADDRESS\", \"siteAddress\": {\"objectType\": \"formattedAddress\", \"addressLine1\": \"2112 E California\", \"city\": \"Oklahoma City\", \"stateOrProvince\": \"OK\", \"postcode\": \"73102\"}}, \"primarySiteContact\": {\"objectType\": \"contact\", \"name\": \"James Joy\", \"telephoneNumber\": \"+1567-676-1334\"}}}]}"}','{"code":201,"headers":{"Location":"http://127.0.0.1:39593/mef/orders/ORD-CC-12345"},"body":{"objectType":"order","id":"ORD-CC-12345","link":{"href":"http://127.0.0.1:39593/mef/orders/ORD-CC-12345"},"buyerId":"Verizon","sellerId":"Cox Spectrum Business","buyerPurchaseOrderNumber":"PO-1","buyerOrderVersion":"1","orderDate":"2016-10-01T13:20+01:00","orderActivity":"INSTALL","orderStatus":"IN_PROGRESS","desiredResponses":"CONFIRMATION_ONLY","requestedCompletionDate":"2016-10-11T17:20+01:00","billingInfo":{"objectType":"billingInformation","existingBillingAccountNumber":"12345678"},"buyerOrderContact":{"objectType":"contact","name":"John Doe","telephoneNumber":"+1720-666-1234"},"buyerImplementationContact":{"objectType":"contact","name":"Mary Jones","telephoneNumber":"+1720-666-1234"},"buyerTechnicalContact":{"objectType":"contact","name":"Mark Smith","telephoneNumber":"+1303-354-5645"},"orderType":"ACCESS_EPL","orderItems":[{"objectType":"orderItem","orderItemReference":"01","action":"INSTALL","quantity":1,"orderItemDetail":{"objectType":"accessEplProductOrder","sellerOvcId":"OVC-123-abc","buyerOvcId":"OVC-123-xyz","enniReference":{"objectType":"existingEnniReference","sellerEnniId":"ENNI-123-abc"},"enniSiteContact":{"objectType":"contact","name":"Bob Rice","telephoneNumber":"+1320-768-9988"},"enniIngressBandwidthProfile":{"objectType":"bandwidthProfile","committedInformationRate":{"objectType":"informationRateQuantity","amount":1,"units":"Gbps"}},"uniReference":{"objectType":"orderedUniReference","orderItemReference":"02"},"uniSiteContact":{"objectType":"contact","name":"Bob Rice","telephoneNumber":"+1320-768-9988"},"uniIngressBandwidthProfile":{"objectType":"bandwidthProfile","committedInformationRate":{"objectType":"informationRateQuantity","amount":1,"units":"Gbps"}}}},{"objectType":"orderItem","orderItemReference":"02","action":"INSTALL","quantity":1,"orderItemDetail":{"objectType":"uniProductOrder","buyerUniId":"UNI-343","productSpecification":{"objectType":"productSpecRef","code":"AEVPL100","productSpecification":{"objectType":"resourceReference","id":"prd-spec-00234","type":"PRODUCT_SPEC","link":{"objectType":"link","href":"http://product_spec/prod-spec-00234","rel":"self","method":"get","type":"application/json"}}},"physicalLayer":"10GBASE_SR","serviceSiteInformation":{"objectType":"serviceSiteInformation","siteCompanyName":"LeaseCo","siteAddressType":"FORMATTED_ADDRESS","siteAddress":{"objectType":"formattedAddress","addressLine1":"2112 E California","city":"Oklahoma City","stateOrProvince":"OK","postcode":"73102"}},"primarySiteContact":{"objectType":"contact","name":"James Joy","telephoneNumber":"+1567-676-1334"}}}]}}','HELD_BY_BUYER','["header X-Scenario: HELD_BY_BUYER"]','["orderItems[orderItemReference=01].orderItemDetail.productSpecification: is required"]',2038);
INSERT INTO "journal" VALUES(7,'mef',1732470371398012,1732470341660077,'in','f60b6fa5-218a-43e0-88e8-8d6604396642','','POST','/orders/ORD-CC-12345/hold','{"headers":{"host":"127.0.0.1:39593","user-agent":"python-requests/2.34.2","accept-encoding":"gzip, deflate","accept":"*/*","connection":"keep-alive","content-length":"0"},"body":null}','{"code":201,"headers":{},"body":{"objectType":"order","id":"ORD-CC-12345","link":{"href":"http://127.0.0.1:39593/mef/orders/ORD-CC-12345"},"buyerId":"Verizon","sellerId":"Cox Spectrum Business","buyerPurchaseOrderNumber":"PO-1","buyerOrderVersion":"1","orderDate":"2016-10-01T13:20+01:00","orderActivity":"INSTALL","orderStatus":"HELD","desiredResponses":"CONFIRMATION_ONLY","requestedCompletionDate":"2016-10-11T17:20+01:00","billingInfo":{"objectType":"billingInformation","existingBillingAccountNumber":"12345678"},"buyerOrderContact":{"objectType":"contact","name":"John Doe","telephoneNumber":"+1720-666-1234"},"buyerImplementationContact":{"objectType":"contact","name":"Mary Jones","telephoneNumber":"+1720-666-1234"},"buyerTechnicalContact":{"objectType":"contact","name":"Mark Smith","telephoneNumber":"+1303-354-5645"},"orderType":"ACCESS_EPL","orderItems":[{"objectType":"orderItem","orderItemReference":"01","action":"INSTALL","quantity":1,"orderItemDetail":{"objectType":"accessEplProductOrder","sellerOvcId":"OVC-123-abc","buyerOvcId":"OVC-123-xyz","enniReference":{"objectType":"existingEnniReference","sellerEnniId":"ENNI-123-abc"},"enniSiteContact":{"objectType":"contact","name":"Bob Rice","telephoneNumber":"+1320-768-9988"},"enniIngressBandwidthProfile":{"objectType":"bandwidthProfile","committedInformationRate":{"objectType":"informationRateQuantity","amount":1,"units":"Gbps"}},"uniReference":{"objectType":"orderedUniReference","orderItemReference":"02"},"uniSiteContact":{"objectType":"contact","name":"Bob Rice","telephoneNumber":"+1320-768-9988"},"uniIngressBandwidthProfile":{"objectType":"bandwidthProfile","committedInformationRate":{"objectType":"informationRateQuantity","amount":1,"units":"Gbps"}}}},{"objectType":"orderItem","orderItemReference":"02","action":"INSTALL","quantity":1,"orderItemDetail":{"sellerUniId":"UNI-1234502","objectType":"uniProductOrder","buyerUniId":"UNI-343","productSpecification":{"objectType":"productSpecRef","code":"AEVPL100","productSpecification":{"objectType":"resourceReference","id":"prd-spec-00234","type":"PRODUCT_SPEC","link":{"objectType":"link","href":"http://product_spec/prod-spec-00234","rel":"self","method":"get","type":"application/json"}}},"physicalLayer":"10GBASE_SR","serviceSiteInformation":{"objectType":"serviceSiteInformation","siteCompanyName":"LeaseCo","siteAddressType":"FORMATTED_ADDRESS","siteAddress":{"objectType":"formattedAddress","addressLine1":"2112 E California","city":"Oklahoma City","stateOrProvince":"OK","postcode":"73102"}},"primarySiteContact":{"objectType":"contact","name":"James Joy","telephoneNumber":"+1567-676-1334"}}}]}}','HELD_BY_BUYER','["entry hold[0]"]','[]',2736);
INSERT INTO "journal" VALUES(8,'default',1732470371398012,1732470341676632,'out','a3a57f8d-1f7f-413e-8e76-8e36d0c59a1a','a959b8ea-1bbc-4674-bc0d-4154a8ddb006','POST','/kcis','{"headers":{"X-Request-ID":"ab40aacf-62d7-4eda-a8e2-eb45c0e783bf","X-Conversation-ID":"c-1","Content-Type":"application/json"},"body":"{\"id\":\"a959b8ea-1bbc-4674-bc0d-4154a8ddb006\",\"sequenceNumber\":1,\"issuedOn\":\"2026-11-24T17:46:11.398Z\",\"reasonCode\":\"ACKNOWLEDGED\",\"provideServiceOrder\":{\"id\":4101,\"orderType\":\"NEW\",\"tenant\":\"TENANT1\",\"supplierOrderReference\":\"SIM-CCWQJ1AHPT\",\"status\":\"ACKNOWLEDGED\",\"address\":{\"id\":\"100023336956\",\"type\":\"UPRN\"},\"serviceOrderItem\":{\"serviceSpecification\":{\"id\":\"FTTP\"},\"serviceCharacteristics\":[{\"name\":\"LINE_PROFILE\",\"value\":\"1000/115\"}]},\"primaryContact\":{\"name\":\"Ada Park\",\"email\":\"ada@example.test\",\"phoneNumber\":\"01632 960101\"}}}"}','{"code":204,"headers":{"Server":"BaseHTTP/0.6 Python/3.11.7","Date":"Tue, 24 Nov 2026 17:45:41 GMT","Content-Length":"0"},"body":""}','ORDER_DELAYED','[]','[]',6303);
INSERT INTO "journal" VALUES(9,'default',1732470371398012,1732470341676632,'out','6f83e2a5-433f-4f46-93db-90e25fe43001','3a74f754-d0e0-4115-9f24-8b2c4d97e1c4','POST','/kcis','{"headers":{"X-Request-ID":"8a5200ea-2498-4551-ab21-9a61dd2e88ae","X-Conversation-ID":"c-1","Content-Type":"application/json"},"body":"{\"id\":\"3a74f754-d0e0-4115-9f24-8b2c4d97e1c4\",\"sequenceNumber\":1,\"issuedOn\":\"2026-11-24T17:46:11.398Z\",\"reasonCode\":\"ACKNOWLEDGED\",\"provideServiceOrder\":{\"id\":4102,\"orderType\":\"NEW\",\"tenant\":\"TENANT1\",\"supplierOrderReference\":\"SIM-D8788GKBCD\",\"status\":\"ACKNOWLEDGED\",\"address\":{\"id\":\"100023336956\",\"type\":\"UPRN\"},\"serviceOrderItem\":{\"serviceSpecification\":{\"id\":\"FTTP\"},\"serviceCharacteristics\":[{\"name\":\"LINE_PROFILE\",\"value\":\"1000/115\"}]},\"primaryContact\":{\"name\":\"Ada Park\",\"email\":\"ada@example.test\",\"phoneNumber\":\"01632 960101\"}}}"}','{"code":400,"headers":{"Server":"BaseHTTP/0.6 Python/3.11.7","Date":"Tue, 24 Nov 2026 17:45:41 GMT","Content-Length":"0"},"body":""}','ORDER_SUCCESSFUL','[]','[]',5899);
INSERT INTO "journal" VALUES(10,'default',1732470371398012,1732470341679474,'out','8c2e8b0b-1c39-42ea-8233-52bd6b97b356','520e8d43-c573-4774-9126-f785cc664fec','POST','/kcis','{"headers":{"X-Request-ID":"921f8f14-fb6f-407e-b294-43f61d002091","X-Conversation-ID":"c-1","Content-Type":"application/json"},"body":"{\"id\":\"520e8d43-c573-4774-9126-f785cc664fec\",\"sequenceNumber\":1,\"issuedOn\":\"2026-11-24T17:46:11.398Z\",\"reasonCode\":\"ACKNOWLEDGED\",\"provideServiceOrder\":{\"id\":4105,\"orderType\":\"NEW\",\"tenant\":\"TENANT1\",\"supplierOrderReference\":\"SIM-D9MB6VZJRJ\",\"status\":\"ACKNOWLEDGED\",\"address\":{\"id\":\"100023336956\",\"type\":\"UPRN\"},\"serviceOrderItem\":{\"serviceSpecification\":{\"id\":\"FTTP\"},\"serviceCharacteristics\":[{\"name\":\"LINE_PROFILE\",\"value\":\"1000/115\"}]},\"primaryContact\":{\"name\":\"Ada Park\",\"email\":\"ada@example.test\",\"phoneNumber\":\"01632 960101\"}}}"}','{"code":204,"headers":{"Server":"BaseHTTP/0.6 Python/3.11.7","Date":"Tue, 24 Nov 2026 17:45:41 GMT","Content-Length":"0"},"body":""}','OWN_STEPS','[]','[]',8073);
INSERT INTO "journal" VALUES(11,'default',1732470371398012,1732470341679474,'out','28fc14d5-95e2-4a48-bb84-a30d96db8172','b6d88cf5-eb45-43e5-8015-faf5e0667e17','POST','/kcis','{"headers":{"X-Request-ID":"be105acb-0303-4c7d-8522-dd4580c64cd6","X-Conversation-ID":"c-1","Content-Type":"application/json"},"body":"{\"id\":\"b6d88cf5-eb45-43e5-8015-faf5e0667e17\",\"sequenceNumber\":1,\"issuedOn\":\"2026-11-24T17:46:11.398Z\",\"reasonCode\":\"ACKNOWLEDGED\",\"provideServiceOrder\":{\"id\":4104,\"orderType\":\"NEW\",\"tenant\":\"TENANT1\",\"supplierOrderReference\":\"SIM-RTY6VKKGK3\",\"status\":\"ACKNOWLEDGED\",\"address\":{\"id\":\"100023336956\",\"type\":\"UPRN\"},\"serviceOrderItem\":{\"serviceSpecification\":{\"id\":\"FTTP\"},\"serviceCharacteristics\":[{\"name\":\"LINE_PROFILE\",\"value\":\"1000/115\"}]},\"primaryContact\":{\"name\":\"Ada Park\",\"email\":\"ada@example.test\",\"phoneNumber\":\"01632 960101\"}}}"}','{"code":204,"headers":{"Server":"BaseHTTP/0.6 Python/3.11.7","Date":"Tue, 24 Nov 2026 17:45:41 GMT","Content-Length":"0"},"body":""}','ORDER_ON_SIGNAL','[]','[]',8205);
INSERT INTO "journal" VALUES(12,'default',1732470371398012,1732470341679474,'out','f5d908b3-54a8-4cc6-bceb-49ccab4a5d4c','29b2c6d4-5a07-4ca7-9d40-33af80f8e381','POST','/kcis','{"headers":{"X-Request-ID":"103453eb-5641-471c-9e8c-2945a606871c","X-Conversation-ID":"c-1","Content-Type":"application/json"},"body":"{\"id\":\"29b2c6d4-5a07-4ca7-9d40-33af80f8e381\",\"sequenceNumber\":1,\"issuedOn\":\"2026-11-24T17:46:11.398Z\",\"reasonCode\":\"ACKNOWLEDGED\",\"provideServiceOrder\":{\"id\":4103,\"orderType\":\"NEW\",\"tenant\":\"TENANT1\",\"supplierOrderReference\":\"SIM-53SHMVKG7K\",\"status\":\"ACKNOWLEDGED\",\"address\":{\"id\":\"100023336956\",\"type\":\"UPRN\"},\"serviceOrderItem\":{\"serviceSpecification\":{\"id\":\"FTTP\"},\"serviceCharacteristics\":[{\"name\":\"LINE_PROFILE\",\"value\":\"1000/115\"}]},\"primaryContact\":{\"name\":\"Ada Park\",\"email\":\"ada@example.test\",\"phoneNumber\":\"01632 960101\"}}}"}','{"code":503,"headers":{"Server":"BaseHTTP/0.6 Python/3.11.7","Date":"Tue, 24 Nov 2026 17:45:41 GMT","Content-Length":"0"},"body":""}','ORDER_SUCCESSFUL','[]','[]',8362);
INSERT INTO "journal" VALUES(13,'default',1732470371398012,1732470342807658,'out','f5d908b3-54a8-4cc6-bceb-49ccab4a5d4c','29b2c6d4-5a07-4ca7-9d40-33af80f8e381','POST','/kcis','{"headers":{"X-Request-ID":"9cf46ad8-205d-42b7-8488-7253e9cb459d","X-Conversation-ID":"c-1","Content-Type":"application/json"},"body":"{\"id\":\"29b2c6d4-5a07-4ca7-9d40-33af80f8e381\",\"sequenceNumber\":1,\"issuedOn\":\"2026-11-24T17:46:11.398Z\",\"reasonCode\":\"ACKNOWLEDGED\",\"provideServiceOrder\":{\"id\":4103,\"orderType\":\"NEW\",\"tenant\":\"TENANT1\",\"supplierOrderReference\":\"SIM-53SHMVKG7K\",\"status\":\"ACKNOWLEDGED\",\"address\":{\"id\":\"100023336956\",\"type\":\"UPRN\"},\"serviceOrderItem\":{\"serviceSpecification\":{\"id\":\"FTTP\"},\"serviceCharacteristics\":[{\"name\":\"LINE_PROFILE\",\"value\":\"1000/115\"}]},\"primaryContact\":{\"name\":\"Ada Park\",\"email\":\"ada@example.test\",\"phoneNumber\":\"01632 960101\"}}}"}','{"code":503,"headers":{"Server":"BaseHTTP/0.6 Python/3.11.7","Date":"Tue, 24 Nov 2026 17:45:42 GMT","Content-Length":"0"},"body":""}','ORDER_SUCCESSFUL','[]','[]',595);
INSERT INTO "journal" VALUES(14,'default',1732470371398012,1732470343669650,'act','','','','','{}','{}','','[]','["an operator''s stop of the gateway"]',0);
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
INSERT INTO "kcis" VALUES('a959b8ea-1bbc-4674-bc0d-4154a8ddb006','a3a57f8d-1f7f-413e-8e76-8e36d0c59a1a','default','c2426916-8a97-4051-884e-fcfc7d03ef8d',1,1732470371398012,'ACKNOWLEDGED','','','{}','{}',0,'delivered',1,1732470371398012,'{"id":"a959b8ea-1bbc-4674-bc0d-4154a8ddb006","sequenceNumber":1,"issuedOn":"2026-11-24T17:46:11.398Z","reasonCode":"ACKNOWLEDGED","provideServiceOrder":{"id":4101,"orderType":"NEW","tenant":"TENANT1","supplierOrderReference":"SIM-CCWQJ1AHPT","status":"ACKNOWLEDGED","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"}}}',1,'{"at_wall":1732470341676632,"code":204,"error":null,"took_ms":6.303}','',NULL);
INSERT INTO "kcis" VALUES('17b8fb01-2dad-42ca-9e14-10519dcb123f','a3a57f8d-1f7f-413e-8e76-8e36d0c59a1a','default','c2426916-8a97-4051-884e-fcfc7d03ef8d',2,1732470401398012,'COMMITTED','','','{"targetDate":"{{ now | plus(targetDateOffset ~ ''d'') if targetDateOffset != none else none }}"}','{}',0,'waiting',NULL,NULL,NULL,0,NULL,'',NULL);
INSERT INTO "kcis" VALUES('6c4f5879-c3b6-4780-93f2-7af34acedd87','a3a57f8d-1f7f-413e-8e76-8e36d0c59a1a','default','c2426916-8a97-4051-884e-fcfc7d03ef8d',3,1732470431398012,'DELAY','','','{}','{"problemCode":"{{ problemCode }}","text":"Works stopped"}',0,'waiting',NULL,NULL,NULL,0,NULL,'',NULL);
INSERT INTO "kcis" VALUES('825fb51f-939b-44b8-812b-3a32b9bacad9','a3a57f8d-1f7f-413e-8e76-8e36d0c59a1a','default','c2426916-8a97-4051-884e-fcfc7d03ef8d',4,1732470461398012,'RESUMED','','','{}','{}',0,'waiting',NULL,NULL,NULL,0,NULL,'',NULL);
INSERT INTO "kcis" VALUES('2b6e6318-ae48-4024-9a76-630389830139','a3a57f8d-1f7f-413e-8e76-8e36d0c59a1a','default','c2426916-8a97-4051-884e-fcfc7d03ef8d',5,1732470491398012,'COMPLETED','','','{}','{}',0,'waiting',NULL,NULL,NULL,0,NULL,'',NULL);
INSERT INTO "kcis" VALUES('3a74f754-d0e0-4115-9f24-8b2c4d97e1c4','6f83e2a5-433f-4f46-93db-90e25fe43001','default','d9dc7ac4-28e2-4660-9846-f2bac8c9fde3',1,1732470371398012,'ACKNOWLEDGED','','','{}','{}',0,'dead',1,1732470371398012,'{"id":"3a74f754-d0e0-4115-9f24-8b2c4d97e1c4","sequenceNumber":1,"issuedOn":"2026-11-24T17:46:11.398Z","reasonCode":"ACKNOWLEDGED","provideServiceOrder":{"id":4102,"orderType":"NEW","tenant":"TENANT1","supplierOrderReference":"SIM-D8788GKBCD","status":"ACKNOWLEDGED","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"}}}',1,'{"at_wall":1732470341676632,"code":400,"error":"","took_ms":5.899}','',NULL);
INSERT INTO "kcis" VALUES('1640303e-006e-4fe3-bebf-15b9fd0c49ce','6f83e2a5-433f-4f46-93db-90e25fe43001','default','d9dc7ac4-28e2-4660-9846-f2bac8c9fde3',2,1732470401398012,'COMMITTED','','','{"targetDate":"{{ now | plus(targetDateOffset ~ ''d'') if targetDateOffset != none else none }}"}','{}',0,'waiting',NULL,NULL,NULL,0,NULL,'',NULL);
INSERT INTO "kcis" VALUES('33a68f6c-7c94-4216-9c5d-3a071619507a','6f83e2a5-433f-4f46-93db-90e25fe43001','default','d9dc7ac4-28e2-4660-9846-f2bac8c9fde3',3,1732470431398012,'COMPLETED','','','{}','{}',0,'waiting',NULL,NULL,NULL,0,NULL,'',NULL);
INSERT INTO "kcis" VALUES('29b2c6d4-5a07-4ca7-9d40-33af80f8e381','f5d908b3-54a8-4cc6-bceb-49ccab4a5d4c','default','5272b137-4937-4300-8304-0098092cf0e7',1,1732470371398012,'ACKNOWLEDGED','','','{}','{}',0,'attempted',1,1732470371398012,'{"id":"29b2c6d4-5a07-4ca7-9d40-33af80f8e381","sequenceNumber":1,"issuedOn":"2026-11-24T17:46:11.398Z","reasonCode":"ACKNOWLEDGED","provideServiceOrder":{"id":4103,"orderType":"NEW","tenant":"TENANT1","supplierOrderReference":"SIM-53SHMVKG7K","status":"ACKNOWLEDGED","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"}}}',2,'{"at_wall":1732470342807658,"code":503,"error":"","took_ms":0.595}','',NULL);
INSERT INTO "kcis" VALUES('9db8bac6-e2e3-43fe-b6f4-45f8153a14a8','f5d908b3-54a8-4cc6-bceb-49ccab4a5d4c','default','5272b137-4937-4300-8304-0098092cf0e7',2,1732470401398012,'COMMITTED','','','{"targetDate":"{{ now | plus(targetDateOffset ~ ''d'') if targetDateOffset != none else none }}"}','{}',0,'waiting',NULL,NULL,NULL,0,NULL,'',NULL);
INSERT INTO "kcis" VALUES('435b6b24-2742-4a28-bc2f-63277c6a3f45','f5d908b3-54a8-4cc6-bceb-49ccab4a5d4c','default','5272b137-4937-4300-8304-0098092cf0e7',3,1732470431398012,'COMPLETED','','','{}','{}',0,'waiting',NULL,NULL,NULL,0,NULL,'',NULL);
INSERT INTO "kcis" VALUES('b6d88cf5-eb45-43e5-8015-faf5e0667e17','28fc14d5-95e2-4a48-bb84-a30d96db8172','default','d1d8bf5c-0003-4fdb-92ca-95931f687aa5',1,1732470371398012,'ACKNOWLEDGED','','','{}','{}',0,'delivered',1,1732470371398012,'{"id":"b6d88cf5-eb45-43e5-8015-faf5e0667e17","sequenceNumber":1,"issuedOn":"2026-11-24T17:46:11.398Z","reasonCode":"ACKNOWLEDGED","provideServiceOrder":{"id":4104,"orderType":"NEW","tenant":"TENANT1","supplierOrderReference":"SIM-RTY6VKKGK3","status":"ACKNOWLEDGED","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"}}}',1,'{"at_wall":1732470341679474,"code":204,"error":null,"took_ms":8.205}','',NULL);
INSERT INTO "kcis" VALUES('fab99e44-ffcd-49d6-8af0-6609370be491','28fc14d5-95e2-4a48-bb84-a30d96db8172','default','d1d8bf5c-0003-4fdb-92ca-95931f687aa5',2,1732470401398012,'COMMITTED','','','{"targetDate":"{{ now | plus(targetDateOffset ~ ''d'') if targetDateOffset != none else none }}"}','{}',0,'paused',NULL,NULL,NULL,0,NULL,'survey',1732470371398012);
INSERT INTO "kcis" VALUES('f7dc6151-7eb7-42a3-a58c-77a0168c7d5e','28fc14d5-95e2-4a48-bb84-a30d96db8172','default','d1d8bf5c-0003-4fdb-92ca-95931f687aa5',3,1732470431398012,'COMPLETED','','','{}','{}',0,'paused',NULL,NULL,NULL,0,NULL,'install',1732470401398012);
INSERT INTO "kcis" VALUES('520e8d43-c573-4774-9126-f785cc664fec','8c2e8b0b-1c39-42ea-8233-52bd6b97b356','default','a6837cd6-cdd7-441d-bb12-70f81e108c30',1,1732470371398012,'ACKNOWLEDGED','','','{}','{}',0,'delivered',1,1732470371398012,'{"id":"520e8d43-c573-4774-9126-f785cc664fec","sequenceNumber":1,"issuedOn":"2026-11-24T17:46:11.398Z","reasonCode":"ACKNOWLEDGED","provideServiceOrder":{"id":4105,"orderType":"NEW","tenant":"TENANT1","supplierOrderReference":"SIM-D9MB6VZJRJ","status":"ACKNOWLEDGED","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"}}}',1,'{"at_wall":1732470341679474,"code":204,"error":null,"took_ms":8.073}','',NULL);
INSERT INTO "kcis" VALUES('a1f6d3d3-a069-41e3-82a2-1538219f7b3d','8c2e8b0b-1c39-42ea-8233-52bd6b97b356','default','a6837cd6-cdd7-441d-bb12-70f81e108c30',2,1732470401398012,'','','halfway','{}','{}',0,'waiting',NULL,NULL,NULL,0,NULL,'',NULL);
INSERT INTO "kcis" VALUES('36b7e4a2-543b-41e6-8eea-80c1bd950927','8c2e8b0b-1c39-42ea-8233-52bd6b97b356','default','a6837cd6-cdd7-441d-bb12-70f81e108c30',3,1732470401398012,'','IN_PROGRESS','','{}','{}',1,'waiting',NULL,NULL,NULL,0,NULL,'',NULL);
INSERT INTO "kcis" VALUES('c1342866-16ad-4f6f-bcff-fdc108969427','8c2e8b0b-1c39-42ea-8233-52bd6b97b356','default','a6837cd6-cdd7-441d-bb12-70f81e108c30',4,1732470431398012,'COMMITTED','','','{"notes":"it''s {{ order.tenant }} \"here\""}','{}',1,'waiting',NULL,NULL,NULL,0,NULL,'',NULL);
INSERT INTO "kcis" VALUES('c5975faf-a22c-463b-9a0f-aa32a63653c4','8c2e8b0b-1c39-42ea-8233-52bd6b97b356','default','a6837cd6-cdd7-441d-bb12-70f81e108c30',5,1732470461398012,'UPDATE','','','{}','{"text":"Grüße {{ order.ref }}","problemCode":null}',1,'waiting',NULL,NULL,NULL,0,NULL,'',NULL);
INSERT INTO "kcis" VALUES('3246b762-14d1-42f3-9afc-da51dcbc8ff6','8c2e8b0b-1c39-42ea-8233-52bd6b97b356','default','a6837cd6-cdd7-441d-bb12-70f81e108c30',6,1732470491398012,'COMPLETED','','','{}','{}',0,'waiting',NULL,NULL,NULL,0,NULL,'',NULL);
INSERT INTO "kcis" VALUES('1067c5f7-7d27-48e7-aedd-d4fe8fbbe806','f60b6fa5-218a-43e0-88e8-8d6604396642','mef','111ab0f5-a4b1-4117-8ce5-923c3cc8bb33',1,1732470371398012,'CONFIGURATION','','','{}','{}',0,'silenced',NULL,1732470371398012,NULL,0,'{"at_wall":1732470341644277,"code":null,"error":"desiredResponses is CONFIRMATION_ONLY","took_ms":0}','',NULL);
INSERT INTO "kcis" VALUES('873d78d6-c770-4e8d-b5c9-5ddf2a765947','f60b6fa5-218a-43e0-88e8-8d6604396642','mef','111ab0f5-a4b1-4117-8ce5-923c3cc8bb33',2,1732470401398012,'CONFIRMATION','','','{}','{}',0,'paused',NULL,NULL,NULL,0,NULL,'',NULL);
INSERT INTO "kcis" VALUES('29a59351-ee99-43f0-84f3-ea7d9feda4c7','f60b6fa5-218a-43e0-88e8-8d6604396642','mef','111ab0f5-a4b1-4117-8ce5-923c3cc8bb33',3,1732470431398012,'COMPLETION','','','{}','{}',0,'paused',NULL,NULL,NULL,0,NULL,'',NULL);
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
INSERT INTO "lanes" VALUES('a3a57f8d-1f7f-413e-8e76-8e36d0c59a1a','default','due',1732470401398012,NULL,'',1,2,6);
INSERT INTO "lanes" VALUES('6f83e2a5-433f-4f46-93db-90e25fe43001','default','parked',NULL,NULL,'',1,2,4);
INSERT INTO "lanes" VALUES('f5d908b3-54a8-4cc6-bceb-49ccab4a5d4c','default','retry',1732470371398012,1732470344697791,'',2,2,4);
INSERT INTO "lanes" VALUES('28fc14d5-95e2-4a48-bb84-a30d96db8172','default','idle',NULL,NULL,'',1,2,4);
INSERT INTO "lanes" VALUES('8c2e8b0b-1c39-42ea-8233-52bd6b97b356','default','due',1732470401398012,NULL,'',1,2,7);
INSERT INTO "lanes" VALUES('f60b6fa5-218a-43e0-88e8-8d6604396642','mef','idle',NULL,NULL,'',0,1,4);
CREATE TABLE meta (
	"key" TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('schema','4');
INSERT INTO "meta" VALUES('root','b6c8afa3-9d56-451f-a831-dd70cefbcec3');
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
INSERT INTO "orders" VALUES('a3a57f8d-1f7f-413e-8e76-8e36d0c59a1a','default','TENANT1','4101','SIM-CCWQJ1AHPT','provide','ACKNOWLEDGED','[]','{}','[]','{}','{"id":4101,"orderType":"NEW","tenant":"TENANT1","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"}}','ORDER_DELAYED','e22b506ee16b3fa86eef55ec2bc81f1c','cda60edc31fb1d15','r-1','c-1',1732470341398012,1732470371398012);
INSERT INTO "orders" VALUES('6f83e2a5-433f-4f46-93db-90e25fe43001','default','TENANT1','4102','SIM-D8788GKBCD','provide','ACKNOWLEDGED','[]','{}','[]','{}','{"id":4102,"orderType":"NEW","tenant":"TENANT1","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"}}','ORDER_SUCCESSFUL','9af16bb902c5b7d3d74660f8489cc51d','cda60edc31fb1d15#1','r-1','c-1',1732470341398012,1732470371398012);
INSERT INTO "orders" VALUES('f5d908b3-54a8-4cc6-bceb-49ccab4a5d4c','default','TENANT1','4103','SIM-53SHMVKG7K','provide','ACKNOWLEDGED','[]','{}','[]','{}','{"id":4103,"orderType":"NEW","tenant":"TENANT1","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"}}','ORDER_SUCCESSFUL','9af16bb902c5b7d3d74660f8489cc51d','cda60edc31fb1d15#2','r-1','c-1',1732470341398012,1732470371398012);
INSERT INTO "orders" VALUES('28fc14d5-95e2-4a48-bb84-a30d96db8172','default','TENANT1','4104','SIM-RTY6VKKGK3','provide','ACKNOWLEDGED','[]','{}','[]','{}','{"id":4104,"orderType":"NEW","tenant":"TENANT1","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"}}','ORDER_ON_SIGNAL','67682a9743d7dcd2ee0c472733591bfa','cda60edc31fb1d15#3','r-1','c-1',1732470341398012,1732470371398012);
INSERT INTO "orders" VALUES('8c2e8b0b-1c39-42ea-8233-52bd6b97b356','default','TENANT1','4105','SIM-D9MB6VZJRJ','provide','ACKNOWLEDGED','[]','{}','[]','{}','{"id":4105,"orderType":"NEW","tenant":"TENANT1","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"}}','OWN_STEPS','9ae7ade855aec1732e93cf2d084f775e','cda60edc31fb1d15#4','r-1','c-1',1732470341398012,1732470371398012);
INSERT INTO "orders" VALUES('f60b6fa5-218a-43e0-88e8-8d6604396642','mef','Verizon','PO-1','ORD-CC-12345','install','HELD','[{"status":"IN_PROGRESS","request":""}]','{"assigned":{"02":{"sellerUniId":"UNI-1234502"}},"heldBy":"BUYER"}','[]','{"hold[0]":1}','{"objectType":"order-create-update","buyerId":"Verizon","sellerId":"Cox Spectrum Business","buyerPurchaseOrderNumber":"PO-1","buyerOrderVersion":"1","orderDate":"2016-10-01T13:20+01:00","orderActivity":"INSTALL","desiredResponses":"CONFIRMATION_ONLY","requestedCompletionDate":"2016-10-11T17:20+01:00","billingInfo":{"objectType":"billingInformation","existingBillingAccountNumber":"12345678"},"buyerOrderContact":{"objectType":"contact","name":"John Doe","telephoneNumber":"+1720-666-1234"},"buyerImplementationContact":{"objectType":"contact","name":"Mary Jones","telephoneNumber":"+1720-666-1234"},"buyerTechnicalContact":{"objectType":"contact","name":"Mark Smith","telephoneNumber":"+1303-354-5645"},"orderType":"ACCESS_EPL","orderItems":[{"objectType":"orderItem","orderItemReference":"01","action":"INSTALL","quantity":1,"orderItemDetail":{"objectType":"accessEplProductOrder","sellerOvcId":"OVC-123-abc","buyerOvcId":"OVC-123-xyz","enniReference":{"objectType":"existingEnniReference","sellerEnniId":"ENNI-123-abc"},"enniSiteContact":{"objectType":"contact","name":"Bob Rice","telephoneNumber":"+1320-768-9988"},"enniIngressBandwidthProfile":{"objectType":"bandwidthProfile","committedInformationRate":{"objectType":"informationRateQuantity","amount":1,"units":"Gbps"}},"uniReference":{"objectType":"orderedUniReference","orderItemReference":"02"},"uniSiteContact":{"objectType":"contact","name":"Bob Rice","telephoneNumber":"+1320-768-9988"},"uniIngressBandwidthProfile":{"objectType":"bandwidthProfile","committedInformationRate":{"objectType":"informationRateQuantity","amount":1,"units":"Gbps"}}}},{"objectType":"orderItem","orderItemReference":"02","action":"INSTALL","quantity":1,"orderItemDetail":{"sellerUniId":"UNI-1234502","objectType":"uniProductOrder","buyerUniId":"UNI-343","productSpecification":{"objectType":"productSpecRef","code":"AEVPL100","productSpecification":{"objectType":"resourceReference","id":"prd-spec-00234","type":"PRODUCT_SPEC","link":{"objectType":"link","href":"http://product_spec/prod-spec-00234","rel":"self","method":"get","type":"application/json"}}},"physicalLayer":"10GBASE_SR","serviceSiteInformation":{"objectType":"serviceSiteInformation","siteCompanyName":"LeaseCo","siteAddressType":"FORMATTED_ADDRESS","siteAddress":{"objectType":"formattedAddress","addressLine1":"2112 E California","city":"Oklahoma City","stateOrProvince":"OK","postcode":"73102"}},"primarySiteContact":{"objectType":"contact","name":"James Joy","telephoneNumber":"+1567-676-1334"}}}]}','HELD_BY_BUYER','3d69af99cc73a35bdec1e8e2c557f712','1532caaca307329b','','',1732470341398012,1732470371398012);
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
INSERT INTO "requests" VALUES('c2426916-8a97-4051-884e-fcfc7d03ef8d','a3a57f8d-1f7f-413e-8e76-8e36d0c59a1a','default','create','provide','TENANT1','4101','a2e5858067bd86de234b7afa10f0912c','','applied','{"id":4101,"orderType":"NEW","tenant":"TENANT1","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"}}','{"gap":"30s","targetDateOffset":null,"problemCode":"UNKNOWN_FAULT"}','{"code":202,"body":null,"headers":{}}',1732470341398012);
INSERT INTO "requests" VALUES('d9dc7ac4-28e2-4660-9846-f2bac8c9fde3','6f83e2a5-433f-4f46-93db-90e25fe43001','default','create','provide','TENANT1','4102','50ede0cab2ee5a60d18087f37ad499cc','','applied','{"id":4102,"orderType":"NEW","tenant":"TENANT1","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"}}','{"gap":"30s","targetDateOffset":null}','{"code":202,"body":null,"headers":{}}',1732470341398012);
INSERT INTO "requests" VALUES('5272b137-4937-4300-8304-0098092cf0e7','f5d908b3-54a8-4cc6-bceb-49ccab4a5d4c','default','create','provide','TENANT1','4103','19ebe1b092e43a00e4ffac267f66f7b7','','applied','{"id":4103,"orderType":"NEW","tenant":"TENANT1","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"}}','{"gap":"30s","targetDateOffset":null}','{"code":202,"body":null,"headers":{}}',1732470341398012);
INSERT INTO "requests" VALUES('d1d8bf5c-0003-4fdb-92ca-95931f687aa5','28fc14d5-95e2-4a48-bb84-a30d96db8172','default','create','provide','TENANT1','4104','aa6470ecb2d45c54a3d2ed831eb82872','','applied','{"id":4104,"orderType":"NEW","tenant":"TENANT1","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"}}','{"gap":"30s","targetDateOffset":null}','{"code":202,"body":null,"headers":{}}',1732470341398012);
INSERT INTO "requests" VALUES('a6837cd6-cdd7-441d-bb12-70f81e108c30','8c2e8b0b-1c39-42ea-8233-52bd6b97b356','default','create','provide','TENANT1','4105','f8d573f3188ea8fb797a78c03f7307e7','','applied','{"id":4105,"orderType":"NEW","tenant":"TENANT1","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"}}','{}','{"code":202,"body":null,"headers":{}}',1732470341398012);
INSERT INTO "requests" VALUES('111ab0f5-a4b1-4117-8ce5-923c3cc8bb33','f60b6fa5-218a-43e0-88e8-8d6604396642','mef','create','install','Verizon','PO-1','beadc6cfddcc0fdeb457928e634e3447','','applied','{"objectType":"order-create-update","buyerId":"Verizon","sellerId":"Cox Spectrum Business","buyerPurchaseOrderNumber":"PO-1","buyerOrderVersion":"1","orderDate":"2016-10-01T13:20+01:00","orderActivity":"INSTALL","desiredResponses":"CONFIRMATION_ONLY","requestedCompletionDate":"2016-10-11T17:20+01:00","billingInfo":{"objectType":"billingInformation","existingBillingAccountNumber":"12345678"},"buyerOrderContact":{"objectType":"contact","name":"John Doe","telephoneNumber":"+1720-666-1234"},"buyerImplementationContact":{"objectType":"contact","name":"Mary Jones","telephoneNumber":"+1720-666-1234"},"buyerTechnicalContact":{"objectType":"contact","name":"Mark Smith","telephoneNumber":"+1303-354-5645"},"orderType":"ACCESS_EPL","orderItems":[{"objectType":"orderItem","orderItemReference":"01","action":"INSTALL","quantity":1,"orderItemDetail":{"objectType":"accessEplProductOrder","sellerOvcId":"OVC-123-abc","buyerOvcId":"OVC-123-xyz","enniReference":{"objectType":"existingEnniReference","sellerEnniId":"ENNI-123-abc"},"enniSiteContact":{"objectType":"contact","name":"Bob Rice","telephoneNumber":"+1320-768-9988"},"enniIngressBandwidthProfile":{"objectType":"bandwidthProfile","committedInformationRate":{"objectType":"informationRateQuantity","amount":1,"units":"Gbps"}},"uniReference":{"objectType":"orderedUniReference","orderItemReference":"02"},"uniSiteContact":{"objectType":"contact","name":"Bob Rice","telephoneNumber":"+1320-768-9988"},"uniIngressBandwidthProfile":{"objectType":"bandwidthProfile","committedInformationRate":{"objectType":"informationRateQuantity","amount":1,"units":"Gbps"}}}},{"objectType":"orderItem","orderItemReference":"02","action":"INSTALL","quantity":1,"orderItemDetail":{"objectType":"uniProductOrder","buyerUniId":"UNI-343","productSpecification":{"objectType":"productSpecRef","code":"AEVPL100","productSpecification":{"objectType":"resourceReference","id":"prd-spec-00234","type":"PRODUCT_SPEC","link":{"objectType":"link","href":"http://product_spec/prod-spec-00234","rel":"self","method":"get","type":"application/json"}}},"physicalLayer":"10GBASE_SR","serviceSiteInformation":{"objectType":"serviceSiteInformation","siteCompanyName":"LeaseCo","siteAddressType":"FORMATTED_ADDRESS","siteAddress":{"objectType":"formattedAddress","addressLine1":"2112 E California","city":"Oklahoma City","stateOrProvince":"OK","postcode":"73102"}},"primarySiteContact":{"objectType":"contact","name":"James Joy","telephoneNumber":"+1567-676-1334"}}}]}','{"gap":"30s"}','{"code":201,"body":{"objectType":"order","id":"ORD-CC-12345","link":{"href":"http://127.0.0.1:39593/mef/orders/ORD-CC-12345"},"buyerId":"Verizon","sellerId":"Cox Spectrum Business","buyerPurchaseOrderNumber":"PO-1","buyerOrderVersion":"1","orderDate":"2016-10-01T13:20+01:00","orderActivity":"INSTALL","orderStatus":"IN_PROGRESS","desiredResponses":"CONFIRMATION_ONLY","requestedCompletionDate":"2016-10-11T17:20+01:00","billingInfo":{"objectType":"billingInformation","existingBillingAccountNumber":"12345678"},"buyerOrderContact":{"objectType":"contact","name":"John Doe","telephoneNumber":"+1720-666-1234"},"buyerImplementationContact":{"objectType":"contact","name":"Mary Jones","telephoneNumber":"+1720-666-1234"},"buyerTechnicalContact":{"objectType":"contact","name":"Mark Smith","telephoneNumber":"+1303-354-5645"},"orderType":"ACCESS_EPL","orderItems":[{"objectType":"orderItem","orderItemReference":"01","action":"INSTALL","quantity":1,"orderItemDetail":{"objectType":"accessEplProductOrder","sellerOvcId":"OVC-123-abc","buyerOvcId":"OVC-123-xyz","enniReference":{"objectType":"existingEnniReference","sellerEnniId":"ENNI-123-abc"},"enniSiteContact":{"objectType":"contact","name":"Bob Rice","telephoneNumber":"+1320-768-9988"},"enniIngressBandwidthProfile":{"objectType":"bandwidthProfile","committedInformationRate":{"objectType":"informationRateQuantity","amount":1,"units":"Gbps"}},"uniReference":{"objectType":"orderedUniReference","orderItemReference":"02"},"uniSiteContact":{"objectType":"contact","name":"Bob Rice","telephoneNumber":"+1320-768-9988"},"uniIngressBandwidthProfile":{"objectType":"bandwidthProfile","committedInformationRate":{"objectType":"informationRateQuantity","amount":1,"units":"Gbps"}}}},{"objectType":"orderItem","orderItemReference":"02","action":"INSTALL","quantity":1,"orderItemDetail":{"objectType":"uniProductOrder","buyerUniId":"UNI-343","productSpecification":{"objectType":"productSpecRef","code":"AEVPL100","productSpecification":{"objectType":"resourceReference","id":"prd-spec-00234","type":"PRODUCT_SPEC","link":{"objectType":"link","href":"http://product_spec/prod-spec-00234","rel":"self","method":"get","type":"application/json"}}},"physicalLayer":"10GBASE_SR","serviceSiteInformation":{"objectType":"serviceSiteInformation","siteCompanyName":"LeaseCo","siteAddressType":"FORMATTED_ADDRESS","siteAddress":{"objectType":"formattedAddress","addressLine1":"2112 E California","city":"Oklahoma City","stateOrProvince":"OK","postcode":"73102"}},"primarySiteContact":{"objectType":"contact","name":"James Joy","telephoneNumber":"+1567-676-1334"}}}]},"headers":{"Location":"http://127.0.0.1:39593/mef/orders/ORD-CC-12345"}}',1732470341398012);
INSERT INTO "requests" VALUES('490caf3a-d9dd-4b7a-8cd9-505210f753d9','f60b6fa5-218a-43e0-88e8-8d6604396642','mef','hold','hold','Verizon','f60b6fa5-218a-43e0-88e8-8d6604396642/1','e117b7812f280d9c0734d560c839f164','','applied','{}','{"gap":"30s"}','{"code":201,"body":{"objectType":"order","id":"ORD-CC-12345","link":{"href":"http://127.0.0.1:39593/mef/orders/ORD-CC-12345"},"buyerId":"Verizon","sellerId":"Cox Spectrum Business","buyerPurchaseOrderNumber":"PO-1","buyerOrderVersion":"1","orderDate":"2016-10-01T13:20+01:00","orderActivity":"INSTALL","orderStatus":"HELD","desiredResponses":"CONFIRMATION_ONLY","requestedCompletionDate":"2016-10-11T17:20+01:00","billingInfo":{"objectType":"billingInformation","existingBillingAccountNumber":"12345678"},"buyerOrderContact":{"objectType":"contact","name":"John Doe","telephoneNumber":"+1720-666-1234"},"buyerImplementationContact":{"objectType":"contact","name":"Mary Jones","telephoneNumber":"+1720-666-1234"},"buyerTechnicalContact":{"objectType":"contact","name":"Mark Smith","telephoneNumber":"+1303-354-5645"},"orderType":"ACCESS_EPL","orderItems":[{"objectType":"orderItem","orderItemReference":"01","action":"INSTALL","quantity":1,"orderItemDetail":{"objectType":"accessEplProductOrder","sellerOvcId":"OVC-123-abc","buyerOvcId":"OVC-123-xyz","enniReference":{"objectType":"existingEnniReference","sellerEnniId":"ENNI-123-abc"},"enniSiteContact":{"objectType":"contact","name":"Bob Rice","telephoneNumber":"+1320-768-9988"},"enniIngressBandwidthProfile":{"objectType":"bandwidthProfile","committedInformationRate":{"objectType":"informationRateQuantity","amount":1,"units":"Gbps"}},"uniReference":{"objectType":"orderedUniReference","orderItemReference":"02"},"uniSiteContact":{"objectType":"contact","name":"Bob Rice","telephoneNumber":"+1320-768-9988"},"uniIngressBandwidthProfile":{"objectType":"bandwidthProfile","committedInformationRate":{"objectType":"informationRateQuantity","amount":1,"units":"Gbps"}}}},{"objectType":"orderItem","orderItemReference":"02","action":"INSTALL","quantity":1,"orderItemDetail":{"sellerUniId":"UNI-1234502","objectType":"uniProductOrder","buyerUniId":"UNI-343","productSpecification":{"objectType":"productSpecRef","code":"AEVPL100","productSpecification":{"objectType":"resourceReference","id":"prd-spec-00234","type":"PRODUCT_SPEC","link":{"objectType":"link","href":"http://product_spec/prod-spec-00234","rel":"self","method":"get","type":"application/json"}}},"physicalLayer":"10GBASE_SR","serviceSiteInformation":{"objectType":"serviceSiteInformation","siteCompanyName":"LeaseCo","siteAddressType":"FORMATTED_ADDRESS","siteAddress":{"objectType":"formattedAddress","addressLine1":"2112 E California","city":"Oklahoma City","stateOrProvince":"OK","postcode":"73102"}},"primarySiteContact":{"objectType":"contact","name":"James Joy","telephoneNumber":"+1567-676-1334"}}}]},"headers":{}}',1732470371398012);
CREATE TABLE seed_keys (
	supplier TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	count INTEGER NOT NULL, 
	PRIMARY KEY (supplier, "key")
);
INSERT INTO "seed_keys" VALUES('default','cda60edc31fb1d15',5);
INSERT INTO "seed_keys" VALUES('mef','1532caaca307329b',1);
INSERT INTO "seed_keys" VALUES('mef','#serial',1);
CREATE TABLE senders (
	id TEXT NOT NULL, 
	host TEXT NOT NULL, 
	pid INTEGER NOT NULL, 
	version TEXT NOT NULL, 
	started_wall BIGINT NOT NULL, 
	beat_wall BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
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
INSERT INTO "uploads" VALUES('default','OWN_STEPS','9ae7ade855aec1732e93cf2d084f775e','scenario: OWN_STEPS
about: Every kind of step.
reply: accept
timeline:
  - {after: 30s, send: ACKNOWLEDGED}
  - {after: 30s, mark: halfway}
  - {after: 0s, status: IN_PROGRESS, illegal: true}
  - {after: 30s, send: COMMITTED, illegal: true, set: {notes: "it''s {{ order.tenant }} \"here\""}}
  - {after: 30s, send: UPDATE, illegal: true, with: {text: "Grüße {{ order.ref }}", problemCode: null}}
  - {after: 30s, send: COMPLETED}
');
CREATE INDEX suppliers_client ON suppliers (standing, client);
CREATE INDEX suppliers_called ON suppliers (standing, tenant);
CREATE INDEX orders_ref ON orders (supplier, tenant, ref);
CREATE INDEX orders_number ON orders (supplier, number);
CREATE INDEX orders_page ON orders (supplier, received_at, id);
CREATE INDEX requests_order ON requests ("order");
CREATE INDEX lanes_due ON lanes (supplier, state, due);
CREATE INDEX lanes_wake ON lanes (supplier, wake, due) WHERE wake IS NOT NULL;
CREATE INDEX kcis_open ON kcis ("order", due_at, position) WHERE state IN ('waiting', 'attempted', 'paused');
CREATE INDEX kcis_page ON kcis (supplier, due_at, id);
CREATE INDEX kcis_state ON kcis (supplier, state, due_at, id);
CREATE INDEX journal_order ON journal (supplier, "order", id);
CREATE INDEX journal_page ON journal (supplier, id);
CREATE INDEX received_order ON received (supplier, "order", id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('journal',14);
COMMIT;
