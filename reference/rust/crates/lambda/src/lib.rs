//! What binds the functions to AWS: Lambda behind API Gateway, and DynamoDB. The programs in `src/bin` are where the
//! parts meet.
#![forbid(unsafe_code)]

pub mod api_gateway;
pub mod dynamodb_shed;
