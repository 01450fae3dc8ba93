"""Asks botocore whether a CreateTrainingJob request is well formed.

    python3 validate_training_request.py training/<job>/request.json

Prints what is wrong. Exit code: 0 fine, 1 refused, 2 no botocore (pip install botocore) or no request. No network, no account.
"""
import json
import sys

try:
    import botocore
    import botocore.session
    from botocore.validate import ParamValidator
except ImportError as missing:
    print(f"{missing}: pip install botocore", file=sys.stderr)
    sys.exit(2)


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    with open(arguments[0], encoding="utf-8") as file:
        request = json.load(file)
    service = botocore.session.get_session().get_service_model("sagemaker")
    report = ParamValidator().validate(request, service.operation_model("CreateTrainingJob").input_shape)
    if report.has_errors():
        print(report.generate_report())
        return 1
    print(f"botocore {botocore.__version__}: fine")
    return 0


sys.exit(main(sys.argv[1:]))
