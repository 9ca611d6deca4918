CREATE TABLE public.clocks (
    supplier text NOT NULL,
    mode text NOT NULL,
    rate double precision NOT NULL,
    anchor bigint NOT NULL,
    anchor_wall bigint NOT NULL,
    advancing text DEFAULT ''::text NOT NULL,
    advancing_until bigint
);
CREATE TABLE public.dropped (
    supplier text NOT NULL,
    count bigint NOT NULL,
    last bigint NOT NULL,
    until_wall bigint NOT NULL
);
CREATE TABLE public.editions (
    digest text NOT NULL,
    name text NOT NULL,
    dialect text NOT NULL,
    source text NOT NULL
);
CREATE TABLE public.holds (
    supplier text NOT NULL,
    state text NOT NULL,
    reason text NOT NULL,
    since_wall bigint NOT NULL,
    until_wall bigint,
    good integer NOT NULL,
    slot_wall bigint NOT NULL
);
CREATE TABLE public.journal (
    id bigint NOT NULL,
    supplier text NOT NULL,
    at bigint NOT NULL,
    at_wall bigint NOT NULL,
    direction text NOT NULL,
    "order" text NOT NULL,
    kci text NOT NULL,
    method text NOT NULL,
    path text NOT NULL,
    request text NOT NULL,
    response text NOT NULL,
    scenario text NOT NULL,
    reasons text NOT NULL,
    findings text NOT NULL,
    took bigint NOT NULL
);
CREATE SEQUENCE public.journal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.journal_id_seq OWNED BY public.journal.id;
CREATE TABLE public.kcis (
    id text NOT NULL,
    "order" text NOT NULL,
    supplier text NOT NULL,
    request text NOT NULL,
    "position" integer NOT NULL,
    due_at bigint NOT NULL,
    send text NOT NULL,
    status text NOT NULL,
    mark text NOT NULL,
    set text NOT NULL,
    fields text NOT NULL,
    illegal boolean NOT NULL,
    state text NOT NULL,
    sequence integer,
    issued_at bigint,
    body text,
    attempts integer NOT NULL,
    last text,
    gate text NOT NULL,
    gate_at bigint
);
CREATE TABLE public.lanes (
    "order" text NOT NULL,
    supplier text NOT NULL,
    state text NOT NULL,
    due bigint,
    wake bigint,
    owner text NOT NULL,
    fence bigint NOT NULL,
    next_sequence integer NOT NULL,
    next_position integer NOT NULL
);
CREATE TABLE public.meta (
    key text NOT NULL,
    value text NOT NULL
);
CREATE TABLE public.orders (
    id text NOT NULL,
    supplier text NOT NULL,
    tenant text NOT NULL,
    ref text NOT NULL,
    number text NOT NULL,
    operation text NOT NULL,
    status text NOT NULL,
    before text NOT NULL,
    memo text NOT NULL,
    marks text NOT NULL,
    used text NOT NULL,
    document text NOT NULL,
    scenario text NOT NULL,
    digest text NOT NULL,
    seed_key text NOT NULL,
    request_id text NOT NULL,
    conversation_id text NOT NULL,
    received_at bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE TABLE public.pins (
    id integer NOT NULL,
    supplier text NOT NULL,
    scenario text NOT NULL,
    times integer,
    "when" text NOT NULL
);
CREATE SEQUENCE public.pins_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.pins_id_seq OWNED BY public.pins.id;
CREATE TABLE public.received (
    id bigint NOT NULL,
    supplier text NOT NULL,
    at_wall bigint NOT NULL,
    "order" text NOT NULL,
    headers text NOT NULL,
    body text,
    code integer NOT NULL,
    findings text NOT NULL
);
CREATE SEQUENCE public.received_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.received_id_seq OWNED BY public.received.id;
CREATE TABLE public.repeats (
    supplier text NOT NULL,
    action text NOT NULL,
    tenant text NOT NULL,
    ref text NOT NULL,
    scenario text NOT NULL,
    count integer NOT NULL
);
CREATE TABLE public.requests (
    id text NOT NULL,
    "order" text NOT NULL,
    supplier text NOT NULL,
    action text NOT NULL,
    operation text NOT NULL,
    tenant text NOT NULL,
    ref text NOT NULL,
    fingerprint text NOT NULL,
    number text NOT NULL,
    status text NOT NULL,
    document text NOT NULL,
    params text NOT NULL,
    answer text NOT NULL,
    received_at bigint NOT NULL
);
CREATE TABLE public.seed_keys (
    supplier text NOT NULL,
    key text NOT NULL,
    count integer NOT NULL
);
CREATE TABLE public.senders (
    id text NOT NULL,
    host text NOT NULL,
    pid integer NOT NULL,
    version text NOT NULL,
    started_wall bigint NOT NULL,
    beat_wall bigint NOT NULL
);
CREATE TABLE public.suppliers (
    name text NOT NULL,
    edition text NOT NULL,
    settings text NOT NULL,
    made_wall bigint NOT NULL,
    standing text NOT NULL,
    tenant text NOT NULL,
    client text NOT NULL
);
CREATE TABLE public.uploads (
    supplier text NOT NULL,
    name text NOT NULL,
    digest text NOT NULL,
    source text NOT NULL
);
ALTER TABLE ONLY public.journal ALTER COLUMN id SET DEFAULT nextval('public.journal_id_seq'::regclass);
ALTER TABLE ONLY public.pins ALTER COLUMN id SET DEFAULT nextval('public.pins_id_seq'::regclass);
ALTER TABLE ONLY public.received ALTER COLUMN id SET DEFAULT nextval('public.received_id_seq'::regclass);
INSERT INTO public.clocks VALUES ('mef', 'manual', 0, 1732470385717539, 1732470356414112, '', NULL);
INSERT INTO public.clocks VALUES ('default', 'manual', 0, 1732470385717539, 1732470356494018, '', NULL);
INSERT INTO public.editions VALUES ('e22b506ee16b3fa86eef55ec2bc81f1c', 'ORDER_DELAYED', 'fibre_cafe', 'scenario: ORDER_DELAYED
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
INSERT INTO public.editions VALUES ('9af16bb902c5b7d3d74660f8489cc51d', 'ORDER_SUCCESSFUL', 'fibre_cafe', 'scenario: ORDER_SUCCESSFUL
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
INSERT INTO public.editions VALUES ('67682a9743d7dcd2ee0c472733591bfa', 'ORDER_ON_SIGNAL', 'fibre_cafe', 'scenario: ORDER_ON_SIGNAL
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
INSERT INTO public.editions VALUES ('9ae7ade855aec1732e93cf2d084f775e', 'OWN_STEPS', 'fibre_cafe', 'scenario: OWN_STEPS
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
INSERT INTO public.editions VALUES ('3d69af99cc73a35bdec1e8e2c557f712', 'HELD_BY_BUYER', 'mef', 'scenario: HELD_BY_BUYER
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
INSERT INTO public.holds VALUES ('default', 'stopped', 'an operator stopped it', 1732470358503717, NULL, 0, 0);
INSERT INTO public.journal VALUES (1, 'default', 1732470355717539, 1732470356034180, 'in', '2422774d-e701-4b26-9d54-ccf48220b95d', '', 'POST', '/service-orders', '{"headers":{"host":"127.0.0.1:36093","user-agent":"python-requests/2.34.2","accept-encoding":"gzip, deflate","accept":"*/*","connection":"keep-alive","content-type":"application/json","x-request-id":"r-1","x-conversation-id":"c-1","tenant":"TENANT1","x-scenario":"ORDER_DELAYED","content-length":"341"},"body":"{\"id\": 4101, \"orderType\": \"NEW\", \"tenant\": \"TENANT1\", \"address\": {\"id\": \"100023336956\", \"type\": \"UPRN\"}, \"serviceOrderItem\": {\"serviceSpecification\": {\"id\": \"FTTP\"}, \"serviceCharacteristics\": [{\"name\": \"LINE_PROFILE\", \"value\": \"1000/115\"}]}, \"primaryContact\": {\"name\": \"Ada Park\", \"email\": \"ada@example.test\", \"phoneNumber\": \"01632 960101\"}}"}', '{"code":202,"headers":{},"body":null}', 'ORDER_DELAYED', '["header X-Scenario: ORDER_DELAYED"]', '[]', 172807);
INSERT INTO public.journal VALUES (2, 'default', 1732470355717539, 1732470356283659, 'in', 'a3f71c44-1516-47a8-87f2-6aab09e8776b', '', 'POST', '/service-orders', '{"headers":{"host":"127.0.0.1:36093","user-agent":"python-requests/2.34.2","accept-encoding":"gzip, deflate","accept":"*/*","connection":"keep-alive","content-type":"application/json","x-request-id":"r-1","x-conversation-id":"c-1","tenant":"TENANT1","x-scenario":"ORDER_SUCCESSFUL","content-length":"341"},"body":"{\"id\": 4102, \"orderType\": \"NEW\", \"tenant\": \"TENANT1\", \"address\": {\"id\": \"100023336956\", \"type\": \"UPRN\"}, \"serviceOrderItem\": {\"serviceSpecification\": {\"id\": \"FTTP\"}, \"serviceCharacteristics\": [{\"name\": \"LINE_PROFILE\", \"value\": \"1000/115\"}]}, \"primaryContact\": {\"name\": \"Ada Park\", \"email\": \"ada@example.test\", \"phoneNumber\": \"01632 960101\"}}"}', '{"code":202,"headers":{},"body":null}', 'ORDER_SUCCESSFUL', '["header X-Scenario: ORDER_SUCCESSFUL"]', '[]', 6417);
INSERT INTO public.journal VALUES (3, 'default', 1732470355717539, 1732470356289204, 'in', 'bb6bff53-2c4a-4ffa-a0d5-9103430649af', '', 'POST', '/service-orders', '{"headers":{"host":"127.0.0.1:36093","user-agent":"python-requests/2.34.2","accept-encoding":"gzip, deflate","accept":"*/*","connection":"keep-alive","content-type":"application/json","x-request-id":"r-1","x-conversation-id":"c-1","tenant":"TENANT1","x-scenario":"ORDER_SUCCESSFUL","content-length":"341"},"body":"{\"id\": 4103, \"orderType\": \"NEW\", \"tenant\": \"TENANT1\", \"address\": {\"id\": \"100023336956\", \"type\": \"UPRN\"}, \"serviceOrderItem\": {\"serviceSpecification\": {\"id\": \"FTTP\"}, \"serviceCharacteristics\": [{\"name\": \"LINE_PROFILE\", \"value\": \"1000/115\"}]}, \"primaryContact\": {\"name\": \"Ada Park\", \"email\": \"ada@example.test\", \"phoneNumber\": \"01632 960101\"}}"}', '{"code":202,"headers":{},"body":null}', 'ORDER_SUCCESSFUL', '["header X-Scenario: ORDER_SUCCESSFUL"]', '[]', 3580);
INSERT INTO public.journal VALUES (4, 'default', 1732470355717539, 1732470356295322, 'in', '4310e16a-f87a-4ea4-803e-157fcada558b', '', 'POST', '/service-orders', '{"headers":{"host":"127.0.0.1:36093","user-agent":"python-requests/2.34.2","accept-encoding":"gzip, deflate","accept":"*/*","connection":"keep-alive","content-type":"application/json","x-request-id":"r-1","x-conversation-id":"c-1","tenant":"TENANT1","x-scenario":"ORDER_ON_SIGNAL","content-length":"341"},"body":"{\"id\": 4104, \"orderType\": \"NEW\", \"tenant\": \"TENANT1\", \"address\": {\"id\": \"100023336956\", \"type\": \"UPRN\"}, \"serviceOrderItem\": {\"serviceSpecification\": {\"id\": \"FTTP\"}, \"serviceCharacteristics\": [{\"name\": \"LINE_PROFILE\", \"value\": \"1000/115\"}]}, \"primaryContact\": {\"name\": \"Ada Park\", \"email\": \"ada@example.test\", \"phoneNumber\": \"01632 960101\"}}"}', '{"code":202,"headers":{},"body":null}', 'ORDER_ON_SIGNAL', '["header X-Scenario: ORDER_ON_SIGNAL"]', '[]', 4684);
INSERT INTO public.journal VALUES (5, 'default', 1732470355717539, 1732470356302226, 'in', '0b09da1d-043a-485c-87dd-2b5dc59b6485', '', 'POST', '/service-orders', '{"headers":{"host":"127.0.0.1:36093","user-agent":"python-requests/2.34.2","accept-encoding":"gzip, deflate","accept":"*/*","connection":"keep-alive","content-type":"application/json","x-request-id":"r-1","x-conversation-id":"c-1","tenant":"TENANT1","x-scenario":"OWN_STEPS","content-length":"341"},"body":"{\"id\": 4105, \"orderType\": \"NEW\", \"tenant\": \"TENANT1\", \"address\": {\"id\": \"100023336956\", \"type\": \"UPRN\"}, \"serviceOrderItem\": {\"serviceSpecification\": {\"id\": \"FTTP\"}, \"serviceCharacteristics\": [{\"name\": \"LINE_PROFILE\", \"value\": \"1000/115\"}]}, \"primaryContact\": {\"name\": \"Ada Park\", \"email\": \"ada@example.test\", \"phoneNumber\": \"01632 960101\"}}"}', '{"code":202,"headers":{},"body":null}', 'OWN_STEPS', '["header X-Scenario: OWN_STEPS"]', '[]', 3001);
INSERT INTO public.journal VALUES (6, 'mef', 1732470355717539, 1732470356311427, 'in', 'e0500dca-dc8e-4097-9116-a82a07fb84c3', '', 'POST', '/orders', '{"headers":{"host":"127.0.0.1:36093","user-agent":"python-requests/2.34.2","accept-encoding":"gzip, deflate","accept":"*/*","connection":"keep-alive","content-type":"application/json","x-scenario":"HELD_BY_BUYER","content-length":"2649"},"body":"{\"objectType\": \"order-create-update\", \"buyerId\": \"Verizon\", \"sellerId\": \"Cox Spectrum Business\", \"buyerPurchaseOrderNumber\": \"PO-1\", \"buyerOrderVersion\": \"1\", \"orderDate\": \"2016-10-01T13:20+01:00\", \"orderActivity\": \"INSTALL\", \"desiredResponses\": \"CONFIRMATION_ONLY\", \"requestedCompletionDate\": \"2016-10-11T17:20+01:00\", \"billingInfo\": {\"objectType\": \"billingInformation\", \"existingBillingAccountNumber\": \"12345678\"}, \"buyerOrderContact\": {\"objectType\": \"contact\", \"name\": \"John Doe\", \"telephoneNumber\": \"+1720-666-1234\"}, \"buyerImplementationContact\": {\"objectType\": \"contact\", \"name\": \"Mary Jones\", \"telephoneNumber\": \"+1720-666-1234\"}, \"buyerTechnicalContact\": {\"objectType\": \"contact\", \"name\": \"Mark Smith\", \"telephoneNumber\": \"+1303-354-5645\"}, \"orderType\": \"ACCESS_EPL\", \"orderItems\": [{\"objectType\": \"orderItem\", \"orderItemReference\": \"01\", \"action\": \"INSTALL\", \"quantity\": 1, \"orderItemDetail\": {\"objectType\": \"accessEplProductOrder\", \"sellerOvcId\": \"OVC-123-abc\", \"buyerOvcId\": \"OVC-123-xyz\", \"enniReference\": {\"objectType\": \"existingEnniReference\", \"sellerEnniId\": \"ENNI-123-abc\"}, \"enniSiteContact\": {\"objectType\": \"contact\", \"name\": \"Bob Rice\", \"telephoneNumber\": \"+1320-768-9988\"}, \"enniIngressBandwidthProfile\": {\"objectType\": \"bandwidthProfile\", \"committedInformationRate\": {\"objectType\": \"informationRateQuantity\", \"amount\": 1, \"units\": \"Gbps\"}}, \"uniReference\": {\"objectType\": \"orderedUniReference\", \"orderItemReference\": \"02\"}, \"uniSiteContact\": {\"objectType\": \"contact\", \"name\": \"Bob Rice\", \"telephoneNumber\": \"+1320-768-9988\"}, \"uniIngressBandwidthProfile\": {\"objectType\": \"bandwidthProfile\", \"committedInformationRate\": {\"objectType\": \"informationRateQuantity\", \"amount\": 1, \"units\": \"Gbps\"}}}}, {\"objectType\": \"orderItem\", \"orderItemReference\": \"02\", \"action\": \"INSTALL\", \"quantity\": 1, \"orderItemDetail\": {\"objectType\": \"uniProductOrder\", \"buyerUniId\": \"UNI-343\", \"productSpecification\": {\"objectType\": \"productSpecRef\", \"code\": \"AEVPL100\", \"productSpecification\": {\"objectType\": \"resourceReference\", \"id\": \"prd-spec-00234\", \"type\": \"PRODUCT_SPEC\", \"link\": {\"objectType\": \"link\", \"href\": \"http://product_spec/prod-spec-00234\", \"rel\": \"self\", \"method\": \"get\", \"type\": \"application/json\"}}}, \"physicalLayer\": \"10GBASE_SR\", \"serviceSiteInformation\": {\"objectType\": \"serviceSiteInformation\", \"siteCompanyName\": \"LeaseCo\", \"siteAddressType\": \"FORMATTED_ADDRESS\", \"siteAddress\": {\"objectType\": \"formattedAddress\", \"addressLine1\": \"2112 E California\", \"city\": \"Oklahoma City\", \"stateOrProvince\": \"OK\", \"postcode\": \"73102\"}}, \"primarySiteContact\": {\"objectType\": \"contact\", \"name\": \"James Joy\", \"telephoneNumber\": \"+1567-676-1334\"}}}]}"}', '{"code":201,"headers":{"Location":"http://127.0.0.1:36093/mef/orders/ORD-CC-12345"},"body":{"objectType":"order","id":"ORD-CC-12345","link":{"href":"http://127.0.0.1:36093/mef/orders/ORD-CC-12345"},"buyerId":"Verizon","sellerId":"Cox Spectrum Business","buyerPurchaseOrderNumber":"PO-1","buyerOrderVersion":"1","orderDate":"2016-10-01T13:20+01:00","orderActivity":"INSTALL","orderStatus":"IN_PROGRESS","desiredResponses":"CONFIRMATION_ONLY","requestedCompletionDate":"2016-10-11T17:20+01:00","billingInfo":{"objectType":"billingInformation","existingBillingAccountNumber":"12345678"},"buyerOrderContact":{"objectType":"contact","name":"John Doe","telephoneNumber":"+1720-666-1234"},"buyerImplementationContact":{"objectType":"contact","name":"Mary Jones","telephoneNumber":"+1720-666-1234"},"buyerTechnicalContact":{"objectType":"contact","name":"Mark Smith","telephoneNumber":"+1303-354-5645"},"orderType":"ACCESS_EPL","orderItems":[{"objectType":"orderItem","orderItemReference":"01","action":"INSTALL","quantity":1,"orderItemDetail":{"objectType":"accessEplProductOrder","sellerOvcId":"OVC-123-abc","buyerOvcId":"OVC-123-xyz","enniReference":{"objectType":"existingEnniReference","sellerEnniId":"ENNI-123-abc"},"enniSiteContact":{"objectType":"contact","name":"Bob Rice","telephoneNumber":"+1320-768-9988"},"enniIngressBandwidthProfile":{"objectType":"bandwidthProfile","committedInformationRate":{"objectType":"informationRateQuantity","amount":1,"units":"Gbps"}},"uniReference":{"objectType":"orderedUniReference","orderItemReference":"02"},"uniSiteContact":{"objectType":"contact","name":"Bob Rice","telephoneNumber":"+1320-768-9988"},"uniIngressBandwidthProfile":{"objectType":"bandwidthProfile","committedInformationRate":{"objectType":"informationRateQuantity","amount":1,"units":"Gbps"}}}},{"objectType":"orderItem","orderItemReference":"02","action":"INSTALL","quantity":1,"orderItemDetail":{"objectType":"uniProductOrder","buyerUniId":"UNI-343","productSpecification":{"objectType":"productSpecRef","code":"AEVPL100","productSpecification":{"objectType":"resourceReference","id":"prd-spec-00234","type":"PRODUCT_SPEC","link":{"objectType":"link","href":"http://product_spec/prod-spec-00234","rel":"self","method":"get","type":"application/json"}}},"physicalLayer":"10GBASE_SR","serviceSiteInformation":{"objectType":"serviceSiteInformation","siteCompanyName":"LeaseCo","siteAddressType":"FORMATTED_ADDRESS","siteAddress":{"objectType":"formattedAddress","addressLine1":"2112 E California","city":"Oklahoma City","stateOrProvince":"OK","postcode":"73102"}},"primarySiteContact":{"objectType":"contact","name":"James Joy","telephoneNumber":"+1567-676-1334"}}}]}}', 'HELD_BY_BUYER', '["header X-Scenario: HELD_BY_BUYER"]', '["orderItems[orderItemReference=01].orderItemDetail.productSpecification: is required"]', 5834);
INSERT INTO public.journal VALUES (7, 'mef', 1732470385717539, 1732470356442095, 'in', 'e0500dca-dc8e-4097-9116-a82a07fb84c3', '', 'POST', '/orders/ORD-CC-12345/hold', '{"headers":{"host":"127.0.0.1:36093","user-agent":"python-requests/2.34.2","accept-encoding":"gzip, deflate","accept":"*/*","connection":"keep-alive","content-length":"0"},"body":null}', '{"code":201,"headers":{},"body":{"objectType":"order","id":"ORD-CC-12345","link":{"href":"http://127.0.0.1:36093/mef/orders/ORD-CC-12345"},"buyerId":"Verizon","sellerId":"Cox Spectrum Business","buyerPurchaseOrderNumber":"PO-1","buyerOrderVersion":"1","orderDate":"2016-10-01T13:20+01:00","orderActivity":"INSTALL","orderStatus":"HELD","desiredResponses":"CONFIRMATION_ONLY","requestedCompletionDate":"2016-10-11T17:20+01:00","billingInfo":{"objectType":"billingInformation","existingBillingAccountNumber":"12345678"},"buyerOrderContact":{"objectType":"contact","name":"John Doe","telephoneNumber":"+1720-666-1234"},"buyerImplementationContact":{"objectType":"contact","name":"Mary Jones","telephoneNumber":"+1720-666-1234"},"buyerTechnicalContact":{"objectType":"contact","name":"Mark Smith","telephoneNumber":"+1303-354-5645"},"orderType":"ACCESS_EPL","orderItems":[{"objectType":"orderItem","orderItemReference":"01","action":"INSTALL","quantity":1,"orderItemDetail":{"objectType":"accessEplProductOrder","sellerOvcId":"OVC-123-abc","buyerOvcId":"OVC-123-xyz","enniReference":{"objectType":"existingEnniReference","sellerEnniId":"ENNI-123-abc"},"enniSiteContact":{"objectType":"contact","name":"Bob Rice","telephoneNumber":"+1320-768-9988"},"enniIngressBandwidthProfile":{"objectType":"bandwidthProfile","committedInformationRate":{"objectType":"informationRateQuantity","amount":1,"units":"Gbps"}},"uniReference":{"objectType":"orderedUniReference","orderItemReference":"02"},"uniSiteContact":{"objectType":"contact","name":"Bob Rice","telephoneNumber":"+1320-768-9988"},"uniIngressBandwidthProfile":{"objectType":"bandwidthProfile","committedInformationRate":{"objectType":"informationRateQuantity","amount":1,"units":"Gbps"}}}},{"objectType":"orderItem","orderItemReference":"02","action":"INSTALL","quantity":1,"orderItemDetail":{"sellerUniId":"UNI-1234502","objectType":"uniProductOrder","buyerUniId":"UNI-343","productSpecification":{"objectType":"productSpecRef","code":"AEVPL100","productSpecification":{"objectType":"resourceReference","id":"prd-spec-00234","type":"PRODUCT_SPEC","link":{"objectType":"link","href":"http://product_spec/prod-spec-00234","rel":"self","method":"get","type":"application/json"}}},"physicalLayer":"10GBASE_SR","serviceSiteInformation":{"objectType":"serviceSiteInformation","siteCompanyName":"LeaseCo","siteAddressType":"FORMATTED_ADDRESS","siteAddress":{"objectType":"formattedAddress","addressLine1":"2112 E California","city":"Oklahoma City","stateOrProvince":"OK","postcode":"73102"}},"primarySiteContact":{"objectType":"contact","name":"James Joy","telephoneNumber":"+1567-676-1334"}}}]}}', 'HELD_BY_BUYER', '["entry hold[0]"]', '[]', 30157);
INSERT INTO public.journal VALUES (14, 'default', 1732470385717539, 1732470358503717, 'act', '', '', '', '', '{}', '{}', '', '[]', '["an operator''s stop of the gateway"]', 0);
INSERT INTO public.journal VALUES (8, 'default', 1732470385717539, 1732470356511689, 'out', '2422774d-e701-4b26-9d54-ccf48220b95d', '299ff070-08af-4576-8f06-424adb8767ed', 'POST', '/kcis', '{"headers":{"X-Request-ID":"4a6e44c4-b218-44e5-92ab-f4243228598b","X-Conversation-ID":"c-1","Content-Type":"application/json"},"body":"{\"id\":\"299ff070-08af-4576-8f06-424adb8767ed\",\"sequenceNumber\":1,\"issuedOn\":\"2026-11-24T17:46:25.717Z\",\"reasonCode\":\"ACKNOWLEDGED\",\"provideServiceOrder\":{\"id\":4101,\"orderType\":\"NEW\",\"tenant\":\"TENANT1\",\"supplierOrderReference\":\"SIM-9C5E4A4PBT\",\"status\":\"ACKNOWLEDGED\",\"address\":{\"id\":\"100023336956\",\"type\":\"UPRN\"},\"serviceOrderItem\":{\"serviceSpecification\":{\"id\":\"FTTP\"},\"serviceCharacteristics\":[{\"name\":\"LINE_PROFILE\",\"value\":\"1000/115\"}]},\"primaryContact\":{\"name\":\"Ada Park\",\"email\":\"ada@example.test\",\"phoneNumber\":\"01632 960101\"}}}"}', '{"code":204,"headers":{"Server":"BaseHTTP/0.6 Python/3.11.7","Date":"Tue, 24 Nov 2026 17:45:56 GMT","Content-Length":"0"},"body":""}', 'ORDER_DELAYED', '[]', '[]', 5878);
INSERT INTO public.journal VALUES (9, 'default', 1732470385717539, 1732470356511689, 'out', 'a3f71c44-1516-47a8-87f2-6aab09e8776b', 'e6f0e5d5-6f21-4d26-beb5-2e0bbe15f5d0', 'POST', '/kcis', '{"headers":{"X-Request-ID":"136b2f39-b72a-4971-9f52-fbb3436a1771","X-Conversation-ID":"c-1","Content-Type":"application/json"},"body":"{\"id\":\"e6f0e5d5-6f21-4d26-beb5-2e0bbe15f5d0\",\"sequenceNumber\":1,\"issuedOn\":\"2026-11-24T17:46:25.717Z\",\"reasonCode\":\"ACKNOWLEDGED\",\"provideServiceOrder\":{\"id\":4102,\"orderType\":\"NEW\",\"tenant\":\"TENANT1\",\"supplierOrderReference\":\"SIM-4F65M7YB4N\",\"status\":\"ACKNOWLEDGED\",\"address\":{\"id\":\"100023336956\",\"type\":\"UPRN\"},\"serviceOrderItem\":{\"serviceSpecification\":{\"id\":\"FTTP\"},\"serviceCharacteristics\":[{\"name\":\"LINE_PROFILE\",\"value\":\"1000/115\"}]},\"primaryContact\":{\"name\":\"Ada Park\",\"email\":\"ada@example.test\",\"phoneNumber\":\"01632 960101\"}}}"}', '{"code":400,"headers":{"Server":"BaseHTTP/0.6 Python/3.11.7","Date":"Tue, 24 Nov 2026 17:45:56 GMT","Content-Length":"0"},"body":""}', 'ORDER_SUCCESSFUL', '[]', '[]', 5324);
INSERT INTO public.journal VALUES (10, 'default', 1732470385717539, 1732470356518439, 'out', 'bb6bff53-2c4a-4ffa-a0d5-9103430649af', '9a8d31e6-61f2-43e1-8fdc-335f0b6728bf', 'POST', '/kcis', '{"headers":{"X-Request-ID":"a871759b-4e6f-40f3-86d6-82de1a1477d1","X-Conversation-ID":"c-1","Content-Type":"application/json"},"body":"{\"id\":\"9a8d31e6-61f2-43e1-8fdc-335f0b6728bf\",\"sequenceNumber\":1,\"issuedOn\":\"2026-11-24T17:46:25.717Z\",\"reasonCode\":\"ACKNOWLEDGED\",\"provideServiceOrder\":{\"id\":4103,\"orderType\":\"NEW\",\"tenant\":\"TENANT1\",\"supplierOrderReference\":\"SIM-39RFKSREWB\",\"status\":\"ACKNOWLEDGED\",\"address\":{\"id\":\"100023336956\",\"type\":\"UPRN\"},\"serviceOrderItem\":{\"serviceSpecification\":{\"id\":\"FTTP\"},\"serviceCharacteristics\":[{\"name\":\"LINE_PROFILE\",\"value\":\"1000/115\"}]},\"primaryContact\":{\"name\":\"Ada Park\",\"email\":\"ada@example.test\",\"phoneNumber\":\"01632 960101\"}}}"}', '{"code":503,"headers":{"Server":"BaseHTTP/0.6 Python/3.11.7","Date":"Tue, 24 Nov 2026 17:45:56 GMT","Content-Length":"0"},"body":""}', 'ORDER_SUCCESSFUL', '[]', '[]', 5772);
INSERT INTO public.journal VALUES (11, 'default', 1732470385717539, 1732470356518439, 'out', '4310e16a-f87a-4ea4-803e-157fcada558b', 'b56cb1cd-57fe-4726-9dd3-902953e5ba6a', 'POST', '/kcis', '{"headers":{"X-Request-ID":"d7d207ad-ba82-41e6-8eba-2cf72699d2b2","X-Conversation-ID":"c-1","Content-Type":"application/json"},"body":"{\"id\":\"b56cb1cd-57fe-4726-9dd3-902953e5ba6a\",\"sequenceNumber\":1,\"issuedOn\":\"2026-11-24T17:46:25.717Z\",\"reasonCode\":\"ACKNOWLEDGED\",\"provideServiceOrder\":{\"id\":4104,\"orderType\":\"NEW\",\"tenant\":\"TENANT1\",\"supplierOrderReference\":\"SIM-S4EMYP9N25\",\"status\":\"ACKNOWLEDGED\",\"address\":{\"id\":\"100023336956\",\"type\":\"UPRN\"},\"serviceOrderItem\":{\"serviceSpecification\":{\"id\":\"FTTP\"},\"serviceCharacteristics\":[{\"name\":\"LINE_PROFILE\",\"value\":\"1000/115\"}]},\"primaryContact\":{\"name\":\"Ada Park\",\"email\":\"ada@example.test\",\"phoneNumber\":\"01632 960101\"}}}"}', '{"code":204,"headers":{"Server":"BaseHTTP/0.6 Python/3.11.7","Date":"Tue, 24 Nov 2026 17:45:56 GMT","Content-Length":"0"},"body":""}', 'ORDER_ON_SIGNAL', '[]', '[]', 3314);
INSERT INTO public.journal VALUES (12, 'default', 1732470385717539, 1732470356518439, 'out', '0b09da1d-043a-485c-87dd-2b5dc59b6485', '07e2b397-6d54-40c4-98ad-f0cf110ab9a1', 'POST', '/kcis', '{"headers":{"X-Request-ID":"b7f48bed-32a6-4fa6-9cda-779be2b91634","X-Conversation-ID":"c-1","Content-Type":"application/json"},"body":"{\"id\":\"07e2b397-6d54-40c4-98ad-f0cf110ab9a1\",\"sequenceNumber\":1,\"issuedOn\":\"2026-11-24T17:46:25.717Z\",\"reasonCode\":\"ACKNOWLEDGED\",\"provideServiceOrder\":{\"id\":4105,\"orderType\":\"NEW\",\"tenant\":\"TENANT1\",\"supplierOrderReference\":\"SIM-115SV10EKC\",\"status\":\"ACKNOWLEDGED\",\"address\":{\"id\":\"100023336956\",\"type\":\"UPRN\"},\"serviceOrderItem\":{\"serviceSpecification\":{\"id\":\"FTTP\"},\"serviceCharacteristics\":[{\"name\":\"LINE_PROFILE\",\"value\":\"1000/115\"}]},\"primaryContact\":{\"name\":\"Ada Park\",\"email\":\"ada@example.test\",\"phoneNumber\":\"01632 960101\"}}}"}', '{"code":204,"headers":{"Server":"BaseHTTP/0.6 Python/3.11.7","Date":"Tue, 24 Nov 2026 17:45:56 GMT","Content-Length":"0"},"body":""}', 'OWN_STEPS', '[]', '[]', 3171);
INSERT INTO public.journal VALUES (13, 'default', 1732470385717539, 1732470357442457, 'out', 'bb6bff53-2c4a-4ffa-a0d5-9103430649af', '9a8d31e6-61f2-43e1-8fdc-335f0b6728bf', 'POST', '/kcis', '{"headers":{"X-Request-ID":"6e541d97-dad7-491c-b8f0-b4aaf7162bfa","X-Conversation-ID":"c-1","Content-Type":"application/json"},"body":"{\"id\":\"9a8d31e6-61f2-43e1-8fdc-335f0b6728bf\",\"sequenceNumber\":1,\"issuedOn\":\"2026-11-24T17:46:25.717Z\",\"reasonCode\":\"ACKNOWLEDGED\",\"provideServiceOrder\":{\"id\":4103,\"orderType\":\"NEW\",\"tenant\":\"TENANT1\",\"supplierOrderReference\":\"SIM-39RFKSREWB\",\"status\":\"ACKNOWLEDGED\",\"address\":{\"id\":\"100023336956\",\"type\":\"UPRN\"},\"serviceOrderItem\":{\"serviceSpecification\":{\"id\":\"FTTP\"},\"serviceCharacteristics\":[{\"name\":\"LINE_PROFILE\",\"value\":\"1000/115\"}]},\"primaryContact\":{\"name\":\"Ada Park\",\"email\":\"ada@example.test\",\"phoneNumber\":\"01632 960101\"}}}"}', '{"code":503,"headers":{"Server":"BaseHTTP/0.6 Python/3.11.7","Date":"Tue, 24 Nov 2026 17:45:57 GMT","Content-Length":"0"},"body":""}', 'ORDER_SUCCESSFUL', '[]', '[]', 647);
INSERT INTO public.kcis VALUES ('536bb4f1-7d99-44b3-b2c0-e854eb840266', '2422774d-e701-4b26-9d54-ccf48220b95d', 'default', '4474b04e-621e-4261-86a2-cc3521eb9086', 2, 1732470415717539, 'COMMITTED', '', '', '{"targetDate":"{{ now | plus(targetDateOffset ~ ''d'') if targetDateOffset != none else none }}"}', '{}', false, 'waiting', NULL, NULL, NULL, 0, NULL, '', NULL);
INSERT INTO public.kcis VALUES ('0cb4c5f9-d217-434c-81e7-92bde347a2a3', '2422774d-e701-4b26-9d54-ccf48220b95d', 'default', '4474b04e-621e-4261-86a2-cc3521eb9086', 3, 1732470445717539, 'DELAY', '', '', '{}', '{"problemCode":"{{ problemCode }}","text":"Works stopped"}', false, 'waiting', NULL, NULL, NULL, 0, NULL, '', NULL);
INSERT INTO public.kcis VALUES ('68666443-bf4d-40ee-8ed5-a99a0936cceb', '2422774d-e701-4b26-9d54-ccf48220b95d', 'default', '4474b04e-621e-4261-86a2-cc3521eb9086', 4, 1732470475717539, 'RESUMED', '', '', '{}', '{}', false, 'waiting', NULL, NULL, NULL, 0, NULL, '', NULL);
INSERT INTO public.kcis VALUES ('a0307007-da1b-40eb-8092-f5427ef1a3fc', '2422774d-e701-4b26-9d54-ccf48220b95d', 'default', '4474b04e-621e-4261-86a2-cc3521eb9086', 5, 1732470505717539, 'COMPLETED', '', '', '{}', '{}', false, 'waiting', NULL, NULL, NULL, 0, NULL, '', NULL);
INSERT INTO public.kcis VALUES ('abb46cb6-56ad-4f54-b1c5-7297adc92d98', 'a3f71c44-1516-47a8-87f2-6aab09e8776b', 'default', '1fc1cd46-5a0b-4c53-aacf-2d3713815a33', 2, 1732470415717539, 'COMMITTED', '', '', '{"targetDate":"{{ now | plus(targetDateOffset ~ ''d'') if targetDateOffset != none else none }}"}', '{}', false, 'waiting', NULL, NULL, NULL, 0, NULL, '', NULL);
INSERT INTO public.kcis VALUES ('3e2f5d05-19b5-49a7-a342-7ab2bc5fa40d', 'a3f71c44-1516-47a8-87f2-6aab09e8776b', 'default', '1fc1cd46-5a0b-4c53-aacf-2d3713815a33', 3, 1732470445717539, 'COMPLETED', '', '', '{}', '{}', false, 'waiting', NULL, NULL, NULL, 0, NULL, '', NULL);
INSERT INTO public.kcis VALUES ('c7aa0c40-e572-4f42-a943-4cd211629c56', 'bb6bff53-2c4a-4ffa-a0d5-9103430649af', 'default', '555b3865-1246-47a7-aeaa-9c7f90628c34', 2, 1732470415717539, 'COMMITTED', '', '', '{"targetDate":"{{ now | plus(targetDateOffset ~ ''d'') if targetDateOffset != none else none }}"}', '{}', false, 'waiting', NULL, NULL, NULL, 0, NULL, '', NULL);
INSERT INTO public.kcis VALUES ('2f44f38a-5796-4ffd-828e-b91ab33cfea0', 'bb6bff53-2c4a-4ffa-a0d5-9103430649af', 'default', '555b3865-1246-47a7-aeaa-9c7f90628c34', 3, 1732470445717539, 'COMPLETED', '', '', '{}', '{}', false, 'waiting', NULL, NULL, NULL, 0, NULL, '', NULL);
INSERT INTO public.kcis VALUES ('ded1ae69-aea0-4e58-9af8-0b4a97b4d21f', '4310e16a-f87a-4ea4-803e-157fcada558b', 'default', 'e3ea1b18-92f3-41b1-9b82-2343f5a6771c', 2, 1732470415717539, 'COMMITTED', '', '', '{"targetDate":"{{ now | plus(targetDateOffset ~ ''d'') if targetDateOffset != none else none }}"}', '{}', false, 'paused', NULL, NULL, NULL, 0, NULL, 'survey', 1732470385717539);
INSERT INTO public.kcis VALUES ('d0557604-220f-40b2-9fdc-d18c87bf0a87', '4310e16a-f87a-4ea4-803e-157fcada558b', 'default', 'e3ea1b18-92f3-41b1-9b82-2343f5a6771c', 3, 1732470445717539, 'COMPLETED', '', '', '{}', '{}', false, 'paused', NULL, NULL, NULL, 0, NULL, 'install', 1732470415717539);
INSERT INTO public.kcis VALUES ('6643f74a-0df9-4ff2-805e-a5280979b42c', '0b09da1d-043a-485c-87dd-2b5dc59b6485', 'default', '455b2ed1-005b-4a50-88cf-6c399bb4fcdc', 2, 1732470415717539, '', '', 'halfway', '{}', '{}', false, 'waiting', NULL, NULL, NULL, 0, NULL, '', NULL);
INSERT INTO public.kcis VALUES ('44a8c333-ef0e-487d-a7e2-d0269cf464e8', '0b09da1d-043a-485c-87dd-2b5dc59b6485', 'default', '455b2ed1-005b-4a50-88cf-6c399bb4fcdc', 3, 1732470415717539, '', 'IN_PROGRESS', '', '{}', '{}', true, 'waiting', NULL, NULL, NULL, 0, NULL, '', NULL);
INSERT INTO public.kcis VALUES ('c1db69ca-5e78-4a98-b919-e3194802c8b1', '0b09da1d-043a-485c-87dd-2b5dc59b6485', 'default', '455b2ed1-005b-4a50-88cf-6c399bb4fcdc', 4, 1732470445717539, 'COMMITTED', '', '', '{"notes":"it''s {{ order.tenant }} \"here\""}', '{}', true, 'waiting', NULL, NULL, NULL, 0, NULL, '', NULL);
INSERT INTO public.kcis VALUES ('9531b5ec-bd5f-433d-9f59-f045fc8d58c9', '0b09da1d-043a-485c-87dd-2b5dc59b6485', 'default', '455b2ed1-005b-4a50-88cf-6c399bb4fcdc', 5, 1732470475717539, 'UPDATE', '', '', '{}', '{"text":"Grüße {{ order.ref }}","problemCode":null}', true, 'waiting', NULL, NULL, NULL, 0, NULL, '', NULL);
INSERT INTO public.kcis VALUES ('357e8f66-f423-49e3-97fe-d1007e18fb6f', '0b09da1d-043a-485c-87dd-2b5dc59b6485', 'default', '455b2ed1-005b-4a50-88cf-6c399bb4fcdc', 6, 1732470505717539, 'COMPLETED', '', '', '{}', '{}', false, 'waiting', NULL, NULL, NULL, 0, NULL, '', NULL);
INSERT INTO public.kcis VALUES ('33efdc06-cf1a-42c4-a917-1a7e789d1f2e', 'e0500dca-dc8e-4097-9116-a82a07fb84c3', 'mef', 'baa9cea8-b279-492c-9303-6736a51eb3e8', 1, 1732470385717539, 'CONFIGURATION', '', '', '{}', '{}', false, 'silenced', NULL, 1732470385717539, NULL, 0, '{"at_wall":1732470356384338,"code":null,"error":"desiredResponses is CONFIRMATION_ONLY","took_ms":0}', '', NULL);
INSERT INTO public.kcis VALUES ('90152e91-379a-412a-a820-cfe75539043b', 'e0500dca-dc8e-4097-9116-a82a07fb84c3', 'mef', 'baa9cea8-b279-492c-9303-6736a51eb3e8', 2, 1732470415717539, 'CONFIRMATION', '', '', '{}', '{}', false, 'paused', NULL, NULL, NULL, 0, NULL, '', NULL);
INSERT INTO public.kcis VALUES ('bdec9a06-548b-4131-a486-7348d9ab44fb', 'e0500dca-dc8e-4097-9116-a82a07fb84c3', 'mef', 'baa9cea8-b279-492c-9303-6736a51eb3e8', 3, 1732470445717539, 'COMPLETION', '', '', '{}', '{}', false, 'paused', NULL, NULL, NULL, 0, NULL, '', NULL);
INSERT INTO public.kcis VALUES ('299ff070-08af-4576-8f06-424adb8767ed', '2422774d-e701-4b26-9d54-ccf48220b95d', 'default', '4474b04e-621e-4261-86a2-cc3521eb9086', 1, 1732470385717539, 'ACKNOWLEDGED', '', '', '{}', '{}', false, 'delivered', 1, 1732470385717539, '{"id":"299ff070-08af-4576-8f06-424adb8767ed","sequenceNumber":1,"issuedOn":"2026-11-24T17:46:25.717Z","reasonCode":"ACKNOWLEDGED","provideServiceOrder":{"id":4101,"orderType":"NEW","tenant":"TENANT1","supplierOrderReference":"SIM-9C5E4A4PBT","status":"ACKNOWLEDGED","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"}}}', 1, '{"at_wall":1732470356511689,"code":204,"error":null,"took_ms":5.878}', '', NULL);
INSERT INTO public.kcis VALUES ('9a8d31e6-61f2-43e1-8fdc-335f0b6728bf', 'bb6bff53-2c4a-4ffa-a0d5-9103430649af', 'default', '555b3865-1246-47a7-aeaa-9c7f90628c34', 1, 1732470385717539, 'ACKNOWLEDGED', '', '', '{}', '{}', false, 'attempted', 1, 1732470385717539, '{"id":"9a8d31e6-61f2-43e1-8fdc-335f0b6728bf","sequenceNumber":1,"issuedOn":"2026-11-24T17:46:25.717Z","reasonCode":"ACKNOWLEDGED","provideServiceOrder":{"id":4103,"orderType":"NEW","tenant":"TENANT1","supplierOrderReference":"SIM-39RFKSREWB","status":"ACKNOWLEDGED","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"}}}', 2, '{"at_wall":1732470357442457,"code":503,"error":"","took_ms":0.647}', '', NULL);
INSERT INTO public.kcis VALUES ('b56cb1cd-57fe-4726-9dd3-902953e5ba6a', '4310e16a-f87a-4ea4-803e-157fcada558b', 'default', 'e3ea1b18-92f3-41b1-9b82-2343f5a6771c', 1, 1732470385717539, 'ACKNOWLEDGED', '', '', '{}', '{}', false, 'delivered', 1, 1732470385717539, '{"id":"b56cb1cd-57fe-4726-9dd3-902953e5ba6a","sequenceNumber":1,"issuedOn":"2026-11-24T17:46:25.717Z","reasonCode":"ACKNOWLEDGED","provideServiceOrder":{"id":4104,"orderType":"NEW","tenant":"TENANT1","supplierOrderReference":"SIM-S4EMYP9N25","status":"ACKNOWLEDGED","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"}}}', 1, '{"at_wall":1732470356518439,"code":204,"error":null,"took_ms":3.314}', '', NULL);
INSERT INTO public.kcis VALUES ('07e2b397-6d54-40c4-98ad-f0cf110ab9a1', '0b09da1d-043a-485c-87dd-2b5dc59b6485', 'default', '455b2ed1-005b-4a50-88cf-6c399bb4fcdc', 1, 1732470385717539, 'ACKNOWLEDGED', '', '', '{}', '{}', false, 'delivered', 1, 1732470385717539, '{"id":"07e2b397-6d54-40c4-98ad-f0cf110ab9a1","sequenceNumber":1,"issuedOn":"2026-11-24T17:46:25.717Z","reasonCode":"ACKNOWLEDGED","provideServiceOrder":{"id":4105,"orderType":"NEW","tenant":"TENANT1","supplierOrderReference":"SIM-115SV10EKC","status":"ACKNOWLEDGED","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"}}}', 1, '{"at_wall":1732470356518439,"code":204,"error":null,"took_ms":3.171}', '', NULL);
INSERT INTO public.kcis VALUES ('e6f0e5d5-6f21-4d26-beb5-2e0bbe15f5d0', 'a3f71c44-1516-47a8-87f2-6aab09e8776b', 'default', '1fc1cd46-5a0b-4c53-aacf-2d3713815a33', 1, 1732470385717539, 'ACKNOWLEDGED', '', '', '{}', '{}', false, 'dead', 1, 1732470385717539, '{"id":"e6f0e5d5-6f21-4d26-beb5-2e0bbe15f5d0","sequenceNumber":1,"issuedOn":"2026-11-24T17:46:25.717Z","reasonCode":"ACKNOWLEDGED","provideServiceOrder":{"id":4102,"orderType":"NEW","tenant":"TENANT1","supplierOrderReference":"SIM-4F65M7YB4N","status":"ACKNOWLEDGED","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"}}}', 1, '{"at_wall":1732470356511689,"code":400,"error":"","took_ms":5.324}', '', NULL);
INSERT INTO public.lanes VALUES ('e0500dca-dc8e-4097-9116-a82a07fb84c3', 'mef', 'idle', NULL, NULL, '', 0, 1, 4);
INSERT INTO public.lanes VALUES ('2422774d-e701-4b26-9d54-ccf48220b95d', 'default', 'due', 1732470415717539, NULL, '', 1, 2, 6);
INSERT INTO public.lanes VALUES ('a3f71c44-1516-47a8-87f2-6aab09e8776b', 'default', 'parked', NULL, NULL, '', 1, 2, 4);
INSERT INTO public.lanes VALUES ('4310e16a-f87a-4ea4-803e-157fcada558b', 'default', 'idle', NULL, NULL, '', 1, 2, 4);
INSERT INTO public.lanes VALUES ('0b09da1d-043a-485c-87dd-2b5dc59b6485', 'default', 'due', 1732470415717539, NULL, '', 1, 2, 7);
INSERT INTO public.lanes VALUES ('bb6bff53-2c4a-4ffa-a0d5-9103430649af', 'default', 'retry', 1732470385717539, 1732470359320045, '', 2, 2, 4);
INSERT INTO public.meta VALUES ('schema', '4');
INSERT INTO public.meta VALUES ('root', 'fc481071-890d-47d9-950c-bed8b4f0c2a2');
INSERT INTO public.orders VALUES ('a3f71c44-1516-47a8-87f2-6aab09e8776b', 'default', 'TENANT1', '4102', 'SIM-4F65M7YB4N', 'provide', 'ACKNOWLEDGED', '[]', '{}', '[]', '{}', '{"id":4102,"orderType":"NEW","tenant":"TENANT1","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"}}', 'ORDER_SUCCESSFUL', '9af16bb902c5b7d3d74660f8489cc51d', 'cda60edc31fb1d15#1', 'r-1', 'c-1', 1732470355717539, 1732470385717539);
INSERT INTO public.orders VALUES ('e0500dca-dc8e-4097-9116-a82a07fb84c3', 'mef', 'Verizon', 'PO-1', 'ORD-CC-12345', 'install', 'HELD', '[{"status":"IN_PROGRESS","request":""}]', '{"assigned":{"02":{"sellerUniId":"UNI-1234502"}},"heldBy":"BUYER"}', '[]', '{"hold[0]":1}', '{"objectType":"order-create-update","buyerId":"Verizon","sellerId":"Cox Spectrum Business","buyerPurchaseOrderNumber":"PO-1","buyerOrderVersion":"1","orderDate":"2016-10-01T13:20+01:00","orderActivity":"INSTALL","desiredResponses":"CONFIRMATION_ONLY","requestedCompletionDate":"2016-10-11T17:20+01:00","billingInfo":{"objectType":"billingInformation","existingBillingAccountNumber":"12345678"},"buyerOrderContact":{"objectType":"contact","name":"John Doe","telephoneNumber":"+1720-666-1234"},"buyerImplementationContact":{"objectType":"contact","name":"Mary Jones","telephoneNumber":"+1720-666-1234"},"buyerTechnicalContact":{"objectType":"contact","name":"Mark Smith","telephoneNumber":"+1303-354-5645"},"orderType":"ACCESS_EPL","orderItems":[{"objectType":"orderItem","orderItemReference":"01","action":"INSTALL","quantity":1,"orderItemDetail":{"objectType":"accessEplProductOrder","sellerOvcId":"OVC-123-abc","buyerOvcId":"OVC-123-xyz","enniReference":{"objectType":"existingEnniReference","sellerEnniId":"ENNI-123-abc"},"enniSiteContact":{"objectType":"contact","name":"Bob Rice","telephoneNumber":"+1320-768-9988"},"enniIngressBandwidthProfile":{"objectType":"bandwidthProfile","committedInformationRate":{"objectType":"informationRateQuantity","amount":1,"units":"Gbps"}},"uniReference":{"objectType":"orderedUniReference","orderItemReference":"02"},"uniSiteContact":{"objectType":"contact","name":"Bob Rice","telephoneNumber":"+1320-768-9988"},"uniIngressBandwidthProfile":{"objectType":"bandwidthProfile","committedInformationRate":{"objectType":"informationRateQuantity","amount":1,"units":"Gbps"}}}},{"objectType":"orderItem","orderItemReference":"02","action":"INSTALL","quantity":1,"orderItemDetail":{"sellerUniId":"UNI-1234502","objectType":"uniProductOrder","buyerUniId":"UNI-343","productSpecification":{"objectType":"productSpecRef","code":"AEVPL100","productSpecification":{"objectType":"resourceReference","id":"prd-spec-00234","type":"PRODUCT_SPEC","link":{"objectType":"link","href":"http://product_spec/prod-spec-00234","rel":"self","method":"get","type":"application/json"}}},"physicalLayer":"10GBASE_SR","serviceSiteInformation":{"objectType":"serviceSiteInformation","siteCompanyName":"LeaseCo","siteAddressType":"FORMATTED_ADDRESS","siteAddress":{"objectType":"formattedAddress","addressLine1":"2112 E California","city":"Oklahoma City","stateOrProvince":"OK","postcode":"73102"}},"primarySiteContact":{"objectType":"contact","name":"James Joy","telephoneNumber":"+1567-676-1334"}}}]}', 'HELD_BY_BUYER', '3d69af99cc73a35bdec1e8e2c557f712', '1532caaca307329b', '', '', 1732470355717539, 1732470385717539);
INSERT INTO public.orders VALUES ('2422774d-e701-4b26-9d54-ccf48220b95d', 'default', 'TENANT1', '4101', 'SIM-9C5E4A4PBT', 'provide', 'ACKNOWLEDGED', '[]', '{}', '[]', '{}', '{"id":4101,"orderType":"NEW","tenant":"TENANT1","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"}}', 'ORDER_DELAYED', 'e22b506ee16b3fa86eef55ec2bc81f1c', 'cda60edc31fb1d15', 'r-1', 'c-1', 1732470355717539, 1732470385717539);
INSERT INTO public.orders VALUES ('bb6bff53-2c4a-4ffa-a0d5-9103430649af', 'default', 'TENANT1', '4103', 'SIM-39RFKSREWB', 'provide', 'ACKNOWLEDGED', '[]', '{}', '[]', '{}', '{"id":4103,"orderType":"NEW","tenant":"TENANT1","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"}}', 'ORDER_SUCCESSFUL', '9af16bb902c5b7d3d74660f8489cc51d', 'cda60edc31fb1d15#2', 'r-1', 'c-1', 1732470355717539, 1732470385717539);
INSERT INTO public.orders VALUES ('4310e16a-f87a-4ea4-803e-157fcada558b', 'default', 'TENANT1', '4104', 'SIM-S4EMYP9N25', 'provide', 'ACKNOWLEDGED', '[]', '{}', '[]', '{}', '{"id":4104,"orderType":"NEW","tenant":"TENANT1","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"}}', 'ORDER_ON_SIGNAL', '67682a9743d7dcd2ee0c472733591bfa', 'cda60edc31fb1d15#3', 'r-1', 'c-1', 1732470355717539, 1732470385717539);
INSERT INTO public.orders VALUES ('0b09da1d-043a-485c-87dd-2b5dc59b6485', 'default', 'TENANT1', '4105', 'SIM-115SV10EKC', 'provide', 'ACKNOWLEDGED', '[]', '{}', '[]', '{}', '{"id":4105,"orderType":"NEW","tenant":"TENANT1","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"}}', 'OWN_STEPS', '9ae7ade855aec1732e93cf2d084f775e', 'cda60edc31fb1d15#4', 'r-1', 'c-1', 1732470355717539, 1732470385717539);
INSERT INTO public.requests VALUES ('4474b04e-621e-4261-86a2-cc3521eb9086', '2422774d-e701-4b26-9d54-ccf48220b95d', 'default', 'create', 'provide', 'TENANT1', '4101', 'a2e5858067bd86de234b7afa10f0912c', '', 'applied', '{"id":4101,"orderType":"NEW","tenant":"TENANT1","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"}}', '{"gap":"30s","targetDateOffset":null,"problemCode":"UNKNOWN_FAULT"}', '{"code":202,"body":null,"headers":{}}', 1732470355717539);
INSERT INTO public.requests VALUES ('1fc1cd46-5a0b-4c53-aacf-2d3713815a33', 'a3f71c44-1516-47a8-87f2-6aab09e8776b', 'default', 'create', 'provide', 'TENANT1', '4102', '50ede0cab2ee5a60d18087f37ad499cc', '', 'applied', '{"id":4102,"orderType":"NEW","tenant":"TENANT1","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"}}', '{"gap":"30s","targetDateOffset":null}', '{"code":202,"body":null,"headers":{}}', 1732470355717539);
INSERT INTO public.requests VALUES ('555b3865-1246-47a7-aeaa-9c7f90628c34', 'bb6bff53-2c4a-4ffa-a0d5-9103430649af', 'default', 'create', 'provide', 'TENANT1', '4103', '19ebe1b092e43a00e4ffac267f66f7b7', '', 'applied', '{"id":4103,"orderType":"NEW","tenant":"TENANT1","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"}}', '{"gap":"30s","targetDateOffset":null}', '{"code":202,"body":null,"headers":{}}', 1732470355717539);
INSERT INTO public.requests VALUES ('e3ea1b18-92f3-41b1-9b82-2343f5a6771c', '4310e16a-f87a-4ea4-803e-157fcada558b', 'default', 'create', 'provide', 'TENANT1', '4104', 'aa6470ecb2d45c54a3d2ed831eb82872', '', 'applied', '{"id":4104,"orderType":"NEW","tenant":"TENANT1","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"}}', '{"gap":"30s","targetDateOffset":null}', '{"code":202,"body":null,"headers":{}}', 1732470355717539);
INSERT INTO public.requests VALUES ('455b2ed1-005b-4a50-88cf-6c399bb4fcdc', '0b09da1d-043a-485c-87dd-2b5dc59b6485', 'default', 'create', 'provide', 'TENANT1', '4105', 'f8d573f3188ea8fb797a78c03f7307e7', '', 'applied', '{"id":4105,"orderType":"NEW","tenant":"TENANT1","address":{"id":"100023336956","type":"UPRN"},"serviceOrderItem":{"serviceSpecification":{"id":"FTTP"},"serviceCharacteristics":[{"name":"LINE_PROFILE","value":"1000/115"}]},"primaryContact":{"name":"Ada Park","email":"ada@example.test","phoneNumber":"01632 960101"}}', '{}', '{"code":202,"body":null,"headers":{}}', 1732470355717539);
INSERT INTO public.requests VALUES ('baa9cea8-b279-492c-9303-6736a51eb3e8', 'e0500dca-dc8e-4097-9116-a82a07fb84c3', 'mef', 'create', 'install', 'Verizon', 'PO-1', 'beadc6cfddcc0fdeb457928e634e3447', '', 'applied', '{"objectType":"order-create-update","buyerId":"Verizon","sellerId":"Cox Spectrum Business","buyerPurchaseOrderNumber":"PO-1","buyerOrderVersion":"1","orderDate":"2016-10-01T13:20+01:00","orderActivity":"INSTALL","desiredResponses":"CONFIRMATION_ONLY","requestedCompletionDate":"2016-10-11T17:20+01:00","billingInfo":{"objectType":"billingInformation","existingBillingAccountNumber":"12345678"},"buyerOrderContact":{"objectType":"contact","name":"John Doe","telephoneNumber":"+1720-666-1234"},"buyerImplementationContact":{"objectType":"contact","name":"Mary Jones","telephoneNumber":"+1720-666-1234"},"buyerTechnicalContact":{"objectType":"contact","name":"Mark Smith","telephoneNumber":"+1303-354-5645"},"orderType":"ACCESS_EPL","orderItems":[{"objectType":"orderItem","orderItemReference":"01","action":"INSTALL","quantity":1,"orderItemDetail":{"objectType":"accessEplProductOrder","sellerOvcId":"OVC-123-abc","buyerOvcId":"OVC-123-xyz","enniReference":{"objectType":"existingEnniReference","sellerEnniId":"ENNI-123-abc"},"enniSiteContact":{"objectType":"contact","name":"Bob Rice","telephoneNumber":"+1320-768-9988"},"enniIngressBandwidthProfile":{"objectType":"bandwidthProfile","committedInformationRate":{"objectType":"informationRateQuantity","amount":1,"units":"Gbps"}},"uniReference":{"objectType":"orderedUniReference","orderItemReference":"02"},"uniSiteContact":{"objectType":"contact","name":"Bob Rice","telephoneNumber":"+1320-768-9988"},"uniIngressBandwidthProfile":{"objectType":"bandwidthProfile","committedInformationRate":{"objectType":"informationRateQuantity","amount":1,"units":"Gbps"}}}},{"objectType":"orderItem","orderItemReference":"02","action":"INSTALL","quantity":1,"orderItemDetail":{"objectType":"uniProductOrder","buyerUniId":"UNI-343","productSpecification":{"objectType":"productSpecRef","code":"AEVPL100","productSpecification":{"objectType":"resourceReference","id":"prd-spec-00234","type":"PRODUCT_SPEC","link":{"objectType":"link","href":"http://product_spec/prod-spec-00234","rel":"self","method":"get","type":"application/json"}}},"physicalLayer":"10GBASE_SR","serviceSiteInformation":{"objectType":"serviceSiteInformation","siteCompanyName":"LeaseCo","siteAddressType":"FORMATTED_ADDRESS","siteAddress":{"objectType":"formattedAddress","addressLine1":"2112 E California","city":"Oklahoma City","stateOrProvince":"OK","postcode":"73102"}},"primarySiteContact":{"objectType":"contact","name":"James Joy","telephoneNumber":"+1567-676-1334"}}}]}', '{"gap":"30s"}', '{"code":201,"body":{"objectType":"order","id":"ORD-CC-12345","link":{"href":"http://127.0.0.1:36093/mef/orders/ORD-CC-12345"},"buyerId":"Verizon","sellerId":"Cox Spectrum Business","buyerPurchaseOrderNumber":"PO-1","buyerOrderVersion":"1","orderDate":"2016-10-01T13:20+01:00","orderActivity":"INSTALL","orderStatus":"IN_PROGRESS","desiredResponses":"CONFIRMATION_ONLY","requestedCompletionDate":"2016-10-11T17:20+01:00","billingInfo":{"objectType":"billingInformation","existingBillingAccountNumber":"12345678"},"buyerOrderContact":{"objectType":"contact","name":"John Doe","telephoneNumber":"+1720-666-1234"},"buyerImplementationContact":{"objectType":"contact","name":"Mary Jones","telephoneNumber":"+1720-666-1234"},"buyerTechnicalContact":{"objectType":"contact","name":"Mark Smith","telephoneNumber":"+1303-354-5645"},"orderType":"ACCESS_EPL","orderItems":[{"objectType":"orderItem","orderItemReference":"01","action":"INSTALL","quantity":1,"orderItemDetail":{"objectType":"accessEplProductOrder","sellerOvcId":"OVC-123-abc","buyerOvcId":"OVC-123-xyz","enniReference":{"objectType":"existingEnniReference","sellerEnniId":"ENNI-123-abc"},"enniSiteContact":{"objectType":"contact","name":"Bob Rice","telephoneNumber":"+1320-768-9988"},"enniIngressBandwidthProfile":{"objectType":"bandwidthProfile","committedInformationRate":{"objectType":"informationRateQuantity","amount":1,"units":"Gbps"}},"uniReference":{"objectType":"orderedUniReference","orderItemReference":"02"},"uniSiteContact":{"objectType":"contact","name":"Bob Rice","telephoneNumber":"+1320-768-9988"},"uniIngressBandwidthProfile":{"objectType":"bandwidthProfile","committedInformationRate":{"objectType":"informationRateQuantity","amount":1,"units":"Gbps"}}}},{"objectType":"orderItem","orderItemReference":"02","action":"INSTALL","quantity":1,"orderItemDetail":{"objectType":"uniProductOrder","buyerUniId":"UNI-343","productSpecification":{"objectType":"productSpecRef","code":"AEVPL100","productSpecification":{"objectType":"resourceReference","id":"prd-spec-00234","type":"PRODUCT_SPEC","link":{"objectType":"link","href":"http://product_spec/prod-spec-00234","rel":"self","method":"get","type":"application/json"}}},"physicalLayer":"10GBASE_SR","serviceSiteInformation":{"objectType":"serviceSiteInformation","siteCompanyName":"LeaseCo","siteAddressType":"FORMATTED_ADDRESS","siteAddress":{"objectType":"formattedAddress","addressLine1":"2112 E California","city":"Oklahoma City","stateOrProvince":"OK","postcode":"73102"}},"primarySiteContact":{"objectType":"contact","name":"James Joy","telephoneNumber":"+1567-676-1334"}}}]},"headers":{"Location":"http://127.0.0.1:36093/mef/orders/ORD-CC-12345"}}', 1732470355717539);
INSERT INTO public.requests VALUES ('bec35f03-d8b3-4428-a684-23afbe3086bf', 'e0500dca-dc8e-4097-9116-a82a07fb84c3', 'mef', 'hold', 'hold', 'Verizon', 'e0500dca-dc8e-4097-9116-a82a07fb84c3/1', 'e117b7812f280d9c0734d560c839f164', '', 'applied', '{}', '{"gap":"30s"}', '{"code":201,"body":{"objectType":"order","id":"ORD-CC-12345","link":{"href":"http://127.0.0.1:36093/mef/orders/ORD-CC-12345"},"buyerId":"Verizon","sellerId":"Cox Spectrum Business","buyerPurchaseOrderNumber":"PO-1","buyerOrderVersion":"1","orderDate":"2016-10-01T13:20+01:00","orderActivity":"INSTALL","orderStatus":"HELD","desiredResponses":"CONFIRMATION_ONLY","requestedCompletionDate":"2016-10-11T17:20+01:00","billingInfo":{"objectType":"billingInformation","existingBillingAccountNumber":"12345678"},"buyerOrderContact":{"objectType":"contact","name":"John Doe","telephoneNumber":"+1720-666-1234"},"buyerImplementationContact":{"objectType":"contact","name":"Mary Jones","telephoneNumber":"+1720-666-1234"},"buyerTechnicalContact":{"objectType":"contact","name":"Mark Smith","telephoneNumber":"+1303-354-5645"},"orderType":"ACCESS_EPL","orderItems":[{"objectType":"orderItem","orderItemReference":"01","action":"INSTALL","quantity":1,"orderItemDetail":{"objectType":"accessEplProductOrder","sellerOvcId":"OVC-123-abc","buyerOvcId":"OVC-123-xyz","enniReference":{"objectType":"existingEnniReference","sellerEnniId":"ENNI-123-abc"},"enniSiteContact":{"objectType":"contact","name":"Bob Rice","telephoneNumber":"+1320-768-9988"},"enniIngressBandwidthProfile":{"objectType":"bandwidthProfile","committedInformationRate":{"objectType":"informationRateQuantity","amount":1,"units":"Gbps"}},"uniReference":{"objectType":"orderedUniReference","orderItemReference":"02"},"uniSiteContact":{"objectType":"contact","name":"Bob Rice","telephoneNumber":"+1320-768-9988"},"uniIngressBandwidthProfile":{"objectType":"bandwidthProfile","committedInformationRate":{"objectType":"informationRateQuantity","amount":1,"units":"Gbps"}}}},{"objectType":"orderItem","orderItemReference":"02","action":"INSTALL","quantity":1,"orderItemDetail":{"sellerUniId":"UNI-1234502","objectType":"uniProductOrder","buyerUniId":"UNI-343","productSpecification":{"objectType":"productSpecRef","code":"AEVPL100","productSpecification":{"objectType":"resourceReference","id":"prd-spec-00234","type":"PRODUCT_SPEC","link":{"objectType":"link","href":"http://product_spec/prod-spec-00234","rel":"self","method":"get","type":"application/json"}}},"physicalLayer":"10GBASE_SR","serviceSiteInformation":{"objectType":"serviceSiteInformation","siteCompanyName":"LeaseCo","siteAddressType":"FORMATTED_ADDRESS","siteAddress":{"objectType":"formattedAddress","addressLine1":"2112 E California","city":"Oklahoma City","stateOrProvince":"OK","postcode":"73102"}},"primarySiteContact":{"objectType":"contact","name":"James Joy","telephoneNumber":"+1567-676-1334"}}}]},"headers":{}}', 1732470385717539);
INSERT INTO public.seed_keys VALUES ('default', 'cda60edc31fb1d15', 5);
INSERT INTO public.seed_keys VALUES ('mef', '1532caaca307329b', 1);
INSERT INTO public.seed_keys VALUES ('mef', '#serial', 1);
INSERT INTO public.uploads VALUES ('default', 'OWN_STEPS', '9ae7ade855aec1732e93cf2d084f775e', 'scenario: OWN_STEPS
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
SELECT pg_catalog.setval('public.journal_id_seq', 14, true);
SELECT pg_catalog.setval('public.pins_id_seq', 1, false);
SELECT pg_catalog.setval('public.received_id_seq', 1, false);
ALTER TABLE ONLY public.clocks
    ADD CONSTRAINT clocks_pkey PRIMARY KEY (supplier);
ALTER TABLE ONLY public.dropped
    ADD CONSTRAINT dropped_pkey PRIMARY KEY (supplier);
ALTER TABLE ONLY public.editions
    ADD CONSTRAINT editions_pkey PRIMARY KEY (digest);
ALTER TABLE ONLY public.holds
    ADD CONSTRAINT holds_pkey PRIMARY KEY (supplier);
ALTER TABLE ONLY public.journal
    ADD CONSTRAINT journal_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.kcis
    ADD CONSTRAINT kcis_order_position_key UNIQUE ("order", "position");
ALTER TABLE ONLY public.kcis
    ADD CONSTRAINT kcis_order_sequence_key UNIQUE ("order", sequence);
ALTER TABLE ONLY public.kcis
    ADD CONSTRAINT kcis_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.lanes
    ADD CONSTRAINT lanes_pkey PRIMARY KEY ("order");
ALTER TABLE ONLY public.meta
    ADD CONSTRAINT meta_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.pins
    ADD CONSTRAINT pins_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.received
    ADD CONSTRAINT received_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.repeats
    ADD CONSTRAINT repeats_pkey PRIMARY KEY (supplier, action, tenant, ref);
ALTER TABLE ONLY public.requests
    ADD CONSTRAINT requests_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.requests
    ADD CONSTRAINT requests_supplier_action_tenant_ref_key UNIQUE (supplier, action, tenant, ref);
ALTER TABLE ONLY public.seed_keys
    ADD CONSTRAINT seed_keys_pkey PRIMARY KEY (supplier, key);
ALTER TABLE ONLY public.senders
    ADD CONSTRAINT senders_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.suppliers
    ADD CONSTRAINT suppliers_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.uploads
    ADD CONSTRAINT uploads_pkey PRIMARY KEY (supplier, name);
CREATE INDEX journal_order ON public.journal USING btree (supplier, "order", id);
CREATE INDEX journal_page ON public.journal USING btree (supplier, id);
CREATE INDEX kcis_open ON public.kcis USING btree ("order", due_at, "position") WHERE (state = ANY (ARRAY['waiting'::text, 'attempted'::text, 'paused'::text]));
CREATE INDEX kcis_page ON public.kcis USING btree (supplier, due_at, id);
CREATE INDEX kcis_state ON public.kcis USING btree (supplier, state, due_at, id);
CREATE INDEX lanes_due ON public.lanes USING btree (supplier, state, due);
CREATE INDEX lanes_wake ON public.lanes USING btree (supplier, wake, due) WHERE (wake IS NOT NULL);
CREATE INDEX orders_number ON public.orders USING btree (supplier, number);
CREATE INDEX orders_page ON public.orders USING btree (supplier, received_at, id);
CREATE INDEX orders_ref ON public.orders USING btree (supplier, tenant, ref);
CREATE INDEX received_order ON public.received USING btree (supplier, "order", id);
CREATE INDEX requests_order ON public.requests USING btree ("order");
CREATE INDEX suppliers_called ON public.suppliers USING btree (standing, tenant);
CREATE INDEX suppliers_client ON public.suppliers USING btree (standing, client);
