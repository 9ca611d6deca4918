"""Documents of other vintages of the contract are carried whole; those of related standards are
told what differs; none is a fault.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.dialects.mef import Buyer, published


def item(detail: Any, **members: Any) -> dict[str, Any]:
    return {
        "objectType": "orderItem",
        "orderItemReference": "01",
        "action": "INSTALL",
        "quantity": 1,
        "orderItemDetail": detail,
        **members,
    }


UNI = published("create_request")["orderItems"][1]["orderItemDetail"]

VINTAGES: dict[str, dict[str, Any]] = {
    "2018: another product with other names": {
        "orderType": "ACCESS_E_LINE",
        "restorationPriority": "EMERGENCY",
        "orderItems": [
            item(
                {
                    "objectType": "accessElineProductOrder",
                    "ovcMaximumFrameSize": 1526,
                    "classOfServiceName": "low",
                    "uniReference": {"objectType": "existingUniReference", "sellerUniId": "UNI-1"},
                }
            )
        ],
    },
    "2018: L2CP peerings": {
        "orderItems": [
            item(
                {
                    **UNI,
                    "uniL2cpPeerings": [
                        {"objectType": "layer2ControlProtocol", "etherType": "0x8809"}
                    ],
                }
            )
        ]
    },
    "2017: a disconnect by the old names": {
        "orderActivity": "DISCONNECT",
        "orderItems": [
            item(
                {"objectType": "disconnectOrderItemDetail", "sellerServiceOrEndpointId": "UNI-1"},
                action="DELETE",
            )
        ],
    },
    "2017: the request's status": {"status": "IN_PROGRESS"},
    "a product's specification as text": {
        "orderItems": [item({**UNI, "productSpecification": "uni-100"})]
    },
    "a postcode with a space": {
        "orderItems": [
            item(
                {
                    **UNI,
                    "serviceSiteInformation": {
                        "objectType": "serviceSiteInformation",
                        "siteAddressType": "FORMATTED_ADDRESS",
                        "siteAddress": {
                            "objectType": "formattedAddress",
                            "city": "Exeter",
                            "postcode": "EX1 1AA",
                        },
                    },
                }
            )
        ],
    },
    "a physical layer of another time": {
        "orderItems": [item({**UNI, "physicalLayer": "100GBASE_LR4"})]
    },
    "a date without a time": {"requestedCompletionDate": "2031-10-11"},
    "full dates": {"orderDate": "2016-10-01T13:20:59.123Z"},
    "57.1's word for a price": {"pricingMethod": "INDIVIDUAL_CASE_BASIS"},
    "an item without a detail": {
        "orderItems": [
            {key: value for key, value in item(None).items() if key != "orderItemDetail"}
        ]
    },
    "a UNI of another order": {
        "orderItems": [
            item(
                {
                    "objectType": "accessEplProductOrder",
                    "uniReference": {
                        "objectType": "orderedUniReference",
                        "orderItemReference": "07",
                        "orderId": "ORD-CC-1",
                    },
                }
            )
        ],
    },
    "the type spelled in camel case": {"objectType": "orderCreateUpdate"},
}


@pytest.mark.parametrize("name", VINTAGES)
def test_a_document_of_the_family_is_taken_and_carried_whole(buyer: Buyer, name: str) -> None:
    body = published("create_request", **VINTAGES[name])
    response = buyer.send("POST", "/orders", body)
    assert response.status_code == 201, response.text
    order = response.json()
    ours = ("objectType", "status")
    assert {key: order[key] for key in body if key not in ours} == {
        key: value for key, value in body.items() if key not in ours
    }
    buyer.advance()
    assert buyer.status(order) == "COMPLETED"


TMF622 = {
    "@type": "ProductOrder",
    "externalId": "PO456",
    "priority": "1",
    "description": "Product Order illustration sample",
    "requestedStartDate": "2018-05-10T00:00:00.000Z",
    "channel": [{"id": "1"}],
    "relatedParty": [{"@type": "RelatedPartyRef", "role": "Seller"}],
    "productOrderItem": [
        {
            "id": "100",
            "action": "add",
            "quantity": 1,
            "productOffering": {"id": "14277"},
            "state": "acknowledged",
        }
    ],
}
SONATA = {
    "externalId": "BuyerOrder-1",
    "projectId": "p",
    "relatedContactInformation": [{"role": "productOrderContact", "name": "A"}],
    "productOrderItem": [
        {
            "id": "item-001",
            "action": "add",
            "product": {"productConfiguration": {"@type": "urn:mef:lso:spec:sonata:x"}},
        }
    ],
}
SONATA_2018 = {
    "buyerRequestDate": "2018-01-01T00:00:00Z",
    "desiredOrderResponse": ["CONFIRMATION_ONLY"],
    "expediteIndicator": False,
    "externalId": "P1",
    "orderActivity": "INSTALL",
    "orderVersion": "1",
    "requestedCompletionDate": "2018-02-01T00:00:00Z",
    "relatedParty": [{"id": "1"}],
    "orderItem": [{"id": "1", "action": "INSTALL", "product": {"@type": "UNI"}}],
}
TMF641 = {
    "@type": "ServiceOrder",
    "description": "x",
    "serviceOrderItem": [{"id": "1", "action": "add", "service": {"name": "x"}}],
}
FIBRE_CAFE = {
    "id": 4101,
    "orderType": "NEW",
    "tenant": "TENANT1",
    "address": {"id": "1", "type": "UPRN"},
    "primaryContact": {"name": "A"},
    "serviceOrderItem": {"serviceSpecification": {"id": "FTTP"}, "serviceCharacteristics": []},
}
FOREIGN: dict[str, tuple[Any, str]] = {
    "TMF622": (TMF622, "a product order of TMF622 or MEF Sonata (productOrderItem)"),
    "MEF Sonata": (SONATA, "a product order of TMF622 or MEF Sonata (productOrderItem)"),
    "MEF Sonata of 2018": (SONATA_2018, "an early MEF Sonata (orderItem)"),
    "TMF641": (TMF641, "a service order of TMF641 (serviceOrderItem)"),
    "Fibre Cafe": (FIBRE_CAFE, "objectType: must be `order-create-update`, is absent"),
    "our own answer": (
        published("create_response"),
        "is `order`, an order as the Seller answers it",
    ),
    "a list": ({"objectType": "orderList", "orders": []}, "a list as the Seller answers it"),
    "a notification": (
        {"objectType": "orderNotification", "orderId": "1"},
        "is `orderNotification`, a notification",
    ),
    "a number for a type": (
        published("create_request", objectType=7),
        "objectType: must be `order-create-update`, is `7`",
    ),
    "nothing at all": ({}, "objectType: must be `order-create-update`, is absent"),
}


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_the_answer_to_another_standards_document_says_what_differs(
    buyer: Buyer, method: str, name: str
) -> None:
    document, said = FOREIGN[name]
    order = buyer.place()
    path = "/orders" if method == "POST" else f"/orders/{order['id']}"
    response = buyer.send(method, path, document)
    if method == "PATCH" and name == "nothing at all":
        assert (response.status_code, response.json()) == (200, order), (
            "a patch of nothing changes nothing"
        )
        return
    assert response.status_code == 400 and said in response.json()["message"], response.text
    assert buyer.get(f"/orders/{order['id']}") == order


def test_the_answer_names_missing_and_unknown_members_too(buyer: Buyer) -> None:
    message = buyer.send("POST", "/orders", TMF622).json()["message"]
    assert "members that this contract does not have: @type, externalId, description" in message
    assert (
        "buyerPurchaseOrderNumber: is required" in message and "orderItems: is required" in message
    )


ODD: list[Any] = [
    None,
    0,
    -1,
    1.5,
    10**30,
    True,
    "",
    "x",
    "\u2028",
    "x" * 5000,
    [],
    [[]],
    {},
    {"": {}},
    [None],
    [{"objectType": 5}],
    {"objectType": []},
]


@pytest.mark.slow
@pytest.mark.parametrize(
    "member",
    [
        *published("create_request"),
        "orderItems.0",
        "orderItems.0.orderItemDetail",
        "orderItems.1.orderItemDetail.x",
    ],
)
def test_no_value_of_any_member_is_a_fault(buyer: Buyer, member: str) -> None:
    for serial, odd in enumerate(ODD):
        body = published("create_request", buyerPurchaseOrderNumber=f"PO-{serial}")
        target: Any = body
        *parents, last = [int(part) if part.isdigit() else part for part in member.split(".")]
        for part in parents:
            target = target[part]
        target[last] = odd
        code = buyer.send("POST", "/orders", body).status_code
        assert code in (201, 400, 409, 422), (member, odd)
    buyer.advance()
    assert {order["orderStatus"] for order in buyer.get("/orders")["items"]} <= {"COMPLETED"}
